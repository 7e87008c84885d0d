// SPDX-License-Identifier: Apache-2.0
import Histories

extension Question {
  /// The question as a message.
  ///
  /// - Parameter asksReadOnly: `test-pr` is asked as `get-pr`, which a read-only node answers without storing anything.
  func message(package: Int, asksReadOnly: Bool = false) -> String {
    let name = "p\(package)"
    switch self {
    case .allocate(let checksum, let history): return Requests.getPR(name, "c\(checksum)", history: history)
    case .value(let checksum, let history):
      return asksReadOnly
        ? Requests.getPR(name, "c\(checksum)", history: history)
        : Requests.testPR(name, "c\(checksum)", history: history)
    case .greatest: return Requests.maxPackagePR(name)
    case .everything(let checksum):
      return #"{"lookup":{"version":"\#(name)","pkgarch":"core2-64","checksum":"c\#(checksum)"}}"#
    case .place(let checksum, let value): return Requests.importOne(name, "c\(checksum)", value: "\"\(value)\"")
    }
  }

  /// What a reply says.
  ///
  /// - Returns: with a refusal that does not say whether the request took effect, its text.
  func answer(_ line: String) throws -> (Answer, refusal: String?) {
    let (before, after) = (#"{"value":""#, #""}"#)
    if line.hasPrefix(before), line.hasSuffix(after),
      let value = Value(line.dropFirst(before.count).dropLast(after.count))
    {
      return (.value(value), nil)
    }
    if line == #"{"value":null}"# { return (.nothing, nil) }
    let reply = try JSONValue(line)
    if let refusal = reply.refusal {
      switch self {
      case .place where refusal.contains("belongs to the checksum"): return (.taken, nil)
      case .value where refusal.contains("read-only"): return (.nothing, nil)
      default: return (.lost, refusal)
      }
    }
    guard case .everything = self, let values = reply["values"]?.elements.map({ $0.string.flatMap { Value($0) } }),
      !values.contains(nil), case .bool(let isComplete)? = reply["complete"]
    else { throw Failure("no answer to \(self): \(line)") }
    return (
      .everything(
        values.compactMap(\.self), greatest: reply["max"]?.string.flatMap { Value($0) }, isComplete: isComplete), nil
    )
  }
}
