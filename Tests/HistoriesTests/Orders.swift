// SPDX-License-Identifier: Apache-2.0
import Histories

/// The checker's answer by trying all orders, and each lost request done or not. For a handful of requests.
enum Orders {
  static func check(_ history: [Call]) -> Verdict {
    isPossible(history, LoneNode.State()) ? .possible : .impossible
  }

  private static func isPossible(_ left: [Call], _ rows: Rows) -> Bool {
    guard left.contains(where: { $0.answer != .lost }) else { return true }
    for (index, call) in left.enumerated() where !left.contains(where: { $0.end < call.start }) {
      var others = left
      others.remove(at: index)
      if let after = apply(call, rows), isPossible(others, after) { return true }
    }
    return false
  }

  /// The rules anew, without the model's evidence.
  private static func apply(_ call: Call, _ rows: Rows) -> Rows? {
    let isLost = call.answer == .lost
    func reads(_ answer: Answer) -> Rows? { isLost || answer == call.answer ? rows : nil }
    func value(_ value: Value?) -> Answer { value.map(Answer.value) ?? .nothing }
    switch call.question {
    case .allocate(let checksum, let history):
      if history, let least = rows.least(of: checksum) { return reads(.value(least)) }
      if !history, let top = rows.greatest, top.checksum == checksum { return reads(.value(top.value)) }
      let minted = Value(UInt64(rows.rows.count))
      return reads(.value(minted))?.adding(minted, for: checksum)
    case .value(let checksum, let history):
      return reads(value(history ? rows.least(of: checksum) : rows.greatest(of: checksum)))
    case .greatest: return reads(value(rows.greatest?.value))
    case .everything(let checksum):
      return reads(.everything(rows.values(of: checksum), greatest: rows.greatest?.value, isComplete: true))
    case .place: return nil
    }
  }
}
