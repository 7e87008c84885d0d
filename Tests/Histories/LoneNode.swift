// SPDX-License-Identifier: Apache-2.0

/// A node without an upstream, served by any number of processes: every answer follows from the rows before it.
/// Source: docs/numbering.md, "partitioned" at level 0. Without imported dotted values `bitbake` gives the same answers.
package struct LoneNode: SequentialModel {
  package let initial = Rows()
  private let evidence: Evidence

  /// - Parameter history: all requests for the package.
  package init(_ history: [Call]) { evidence = Evidence(history) }

  package func step(_ call: Call, in rows: Rows) -> Step<Rows> {
    switch call.question {
    case .allocate(let checksum, let history):
      if let known = Self.known(checksum, history, rows) {
        return call.answer == .value(known) ? .unchanged : .impossible
      }
      let minted = Self.next(rows)
      return call.answer == .value(minted) ? .changed(rows.adding(minted, for: checksum)) : .impossible
    case .value(let checksum, let history):
      let known = history ? rows.least(of: checksum) : rows.greatest(of: checksum)
      return call.answer == (known.map(Answer.value) ?? .nothing) ? .unchanged : .impossible
    case .greatest:
      return call.answer == (rows.greatest.map { .value($0.value) } ?? .nothing) ? .unchanged : .impossible
    case .everything(let checksum):
      guard case .everything(let told, let greatest, true) = call.answer, greatest == rows.greatest?.value,
        ToldValues.canTell(told, all: rows.values(of: checksum))
      else { return .impossible }
      return .unchanged
    case .place(let checksum, let value):
      return rows.placing(value, for: checksum, answer: call.answer)
    }
  }

  package func effects(ofLost call: Call, in rows: Rows) -> [Rows] {
    switch call.question {
    case .allocate(let checksum, let history):
      guard Self.known(checksum, history, rows) == nil else { return [] }
      let minted = Self.next(rows)
      return evidence.admits(minted, for: checksum) ? [rows.adding(minted, for: checksum)] : []
    case .place(let checksum, let value):
      return rows.holder(of: value) == nil ? [rows.adding(value, for: checksum)] : []
    case .value, .greatest, .everything: return []
    }
  }

  /// The value that is answered without a new row.
  private static func known(_ checksum: Checksum, _ history: Bool, _ rows: Rows) -> Value? {
    if history { return rows.least(of: checksum) }
    return rows.greatest.flatMap { $0.checksum == checksum ? $0.value : nil }
  }

  /// One number, greater than the greatest row's first.
  private static func next(_ rows: Rows) -> Value {
    Value(rows.greatest.map { $0.value.numbers[0] + 1 } ?? 0)
  }
}
