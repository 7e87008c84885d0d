// SPDX-License-Identifier: Apache-2.0
import Histories

/// Short words for requests of hand-made histories. Times are small whole numbers.
enum Asked {
  /// A `get-pr` that answered, or that was lost.
  static func get(
    _ checksum: Checksum, _ value: String?, _ start: Int64, _ end: Int64 = Call.never, history: Bool = false,
    above: Above = Above()
  ) -> Call {
    Call(.allocate(checksum, history: history), answer(value), from: start, to: end, above: above)
  }

  /// A `test-pr`; "null" is nothing.
  static func test(
    _ checksum: Checksum, _ value: String, _ start: Int64, _ end: Int64, history: Bool = false, above: Above = Above()
  ) -> Call {
    Call(.value(checksum, history: history), answer(value), from: start, to: end, above: above)
  }

  static func greatest(_ value: String, _ start: Int64, _ end: Int64, above: Above = Above()) -> Call {
    Call(.greatest, answer(value), from: start, to: end, above: above)
  }

  static func lookup(
    _ checksum: Checksum, _ values: [String], greatest: String?, _ start: Int64, _ end: Int64, above: Above = Above()
  ) -> Call {
    Call(
      .everything(checksum),
      .everything(values.map { Value($0)! }, greatest: greatest.map { Value($0)! }, isComplete: true), from: start,
      to: end, above: above)
  }

  static func place(
    _ checksum: Checksum, _ value: String, _ start: Int64, _ end: Int64, isRefused: Bool = false
  ) -> Call {
    Call(
      .place(checksum, Value(value)!), isRefused ? .taken : .value(Value(value)!), from: start, to: end)
  }

  static func above(_ value: String?, greatest: String?) -> Above {
    Above(value: value.map { Value($0)! }, greatest: greatest.map { Value($0)! })
  }

  private static func answer(_ value: String?) -> Answer {
    guard let value else { return .lost }
    return value == "null" ? .nothing : .value(Value(value)!)
  }
}
