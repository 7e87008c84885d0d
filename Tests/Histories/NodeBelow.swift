// SPDX-License-Identifier: Apache-2.0

/// A node of `partitioned` below an upstream. What the upstream tells is not its own to promise, so an answer that adopts
/// or mints is held against bounds, and every other one against the node's own rows.
/// Source: docs/numbering.md, "`get-pr` without history" to "The other questions".
package struct NodeBelow: SequentialModel {
  package let initial = Rows()
  private let level: Int
  private let evidence: Evidence
  /// Unnamed values just below those that were minted.
  private let belowMints: [Value]
  /// The least that could be minted above each value that the upstream had given before a request.
  private let aboveTold: [Value]

  /// - Parameters:
  ///   - history: all requests for the package.
  ///   - upstream: what the upstream was asked for the package.
  ///   - level: how many nodes stand above. A value of level + 1 numbers was minted here, every other one adopted, as
  ///     long as no other node of this level passes its values to this one.
  package init(_ history: [Call], upstream: [Call] = [], level: Int) {
    self.level = level
    let evidence = Evidence(history, upstream: upstream)
    self.evidence = evidence
    let minted = evidence.holders.keys.filter { $0.numbers.count == level + 1 }.sorted()
    belowMints = minted.map(Self.valueBelow).filter { evidence.holders[$0] == nil }
    aboveTold = Set(history.compactMap(\.above.value)).sorted().map { Self.leastMinted(above: $0, level, evidence) }
  }

  private static func valueBelow(_ minted: Value) -> Value {
    var numbers = minted.numbers
    guard let last = numbers.popLast(), last > 0 else { return Value(numbers: numbers) }
    return Value(numbers: numbers + [last - 1])
  }

  package func step(_ call: Call, in rows: Rows) -> Step<Rows> {
    switch call.question {
    case .allocate(let checksum, let history):
      guard case .value(let value) = call.answer else { return .impossible }
      return allocate(checksum, history, value, call.above, rows)
    case .value(let checksum, let history):
      return isTrue(call.answer, of: checksum, history, call.above, rows) ? .unchanged : .impossible
    case .greatest:
      return isTrueGreatest(call.answer, call.above, rows) ? .unchanged : .impossible
    case .everything(let checksum):
      return isTrueLookup(call.answer, of: checksum, call.above, rows) ? .unchanged : .impossible
    case .place(let checksum, let value):
      return rows.placing(value, for: checksum, answer: call.answer)
    }
  }

  package func effects(ofLost call: Call, in rows: Rows) -> [Rows] {
    switch call.question {
    case .allocate(let checksum, let history):
      // A row that no answer names supersedes the one before, which is then numbered anew. It also is a reason to mint
      // where a value of the upstream would be adopted. The least one does the former, and the latter one below each mint,
      // or one just above what would be adopted.
      let least = leastMinted(above: [rows.greatest?.value, call.above.greatest].compactMap(\.self).max())
      let values = Set(
        evidence.possibleValues(of: checksum) + belowMints + aboveTold + [least, call.above.value ?? least]
      ).sorted()
      return values.compactMap { value in
        guard evidence.admits(value, for: checksum),
          case .changed(let after) = allocate(checksum, history, value, call.above, rows)
        else { return nil }
        return after
      }
    case .place(let checksum, let value):
      return rows.holder(of: value) == nil ? [rows.adding(value, for: checksum)] : []
    case .value, .greatest, .everything: return []
    }
  }

  /// The least value that may be minted and that no answer gives to a checksum.
  private func leastMinted(above greatest: Value?) -> Value { Self.leastMinted(above: greatest, level, evidence) }

  private static func leastMinted(above greatest: Value?, _ level: Int, _ evidence: Evidence) -> Value {
    var numbers = Array((greatest?.numbers ?? []).prefix(level + 1))
    let isLonger = (greatest?.numbers.count ?? 0) > level
    numbers += Array(repeating: 0, count: level + 1 - numbers.count)
    if isLonger { numbers[level] += 1 }
    while evidence.holders[Value(numbers: numbers)] != nil { numbers[level] += 1 }
    return Value(numbers: numbers)
  }

  private func isMinted(_ value: Value) -> Bool { value.numbers.count == level + 1 }

  private func allocate(
    _ checksum: Checksum, _ history: Bool, _ value: Value, _ above: Above, _ rows: Rows
  ) -> Step<Rows> {
    let greatest = rows.greatest
    if history, let least = rows.least(of: checksum) { return value == least ? .unchanged : .impossible }
    if !history, let greatest, greatest.checksum == checksum {
      return value == greatest.value ? .unchanged : .impossible
    }
    guard rows.holder(of: value) == nil else { return .impossible }
    let isAboveOwn = greatest.map { $0.value < value } ?? true
    guard isMinted(value) else {
      // Adopted. With history it may lie below what was answered; never below what the upstream had before.
      let isLatest = above.value.map { $0 <= value } ?? true
      return isLatest && (history || isAboveOwn) ? .changed(rows.adding(value, for: checksum)) : .impossible
    }
    guard isAboveOwn, above.greatest.map({ $0 < value }) ?? true else { return .impossible }
    // Minted, though the upstream had a value that was to be adopted?
    if let told = above.value, rows.holder(of: told) == nil || rows.holder(of: told) == checksum,
      history || greatest.map({ $0.value < told }) ?? true
    {
      return .impossible
    }
    return .changed(rows.adding(value, for: checksum))
  }

  /// A value that came from above may be told for any checksum that does not have it taken from it here.
  private func mayComeFromAbove(_ value: Value, for checksum: Checksum, _ rows: Rows) -> Bool {
    !isMinted(value) && (rows.holder(of: value) ?? checksum) == checksum
  }

  private func isTrue(
    _ answer: Answer, of checksum: Checksum, _ history: Bool, _ above: Above, _ rows: Rows
  ) -> Bool {
    let own = rows.values(of: checksum)
    switch answer {
    case .nothing: return own.isEmpty && above.value == nil
    case .value(let value):
      if history, let least = own.first { return value == least }
      if let greatest = own.last, value <= greatest { return value == greatest }
      return mayComeFromAbove(value, for: checksum, rows)
    default: return false
    }
  }

  private func isTrueGreatest(_ answer: Answer, _ above: Above, _ rows: Rows) -> Bool {
    switch answer {
    case .nothing: return rows.greatest == nil && above.greatest == nil
    case .value(let value): return isTrueGreatest(value, rows)
    default: return false
    }
  }

  private func isTrueGreatest(_ value: Value, _ rows: Rows) -> Bool {
    guard let own = rows.greatest?.value else { return !isMinted(value) }
    return value == own || (value > own && !isMinted(value))
  }

  private func isTrueLookup(_ answer: Answer, of checksum: Checksum, _ above: Above, _ rows: Rows) -> Bool {
    guard case .everything(let told, let greatest, let isComplete) = answer else { return false }
    let own = rows.values(of: checksum)
    // Where values are left out, those from above count among the least and the greatest too.
    let isWhole = told.count < 2 * ToldValues.atEachEnd
    guard told == Set(told).sorted(), !isWhole || Set(own).isSubset(of: told),
      told.allSatisfy({ own.contains($0) || mayComeFromAbove($0, for: checksum, rows) })
    else { return false }
    guard let greatest else { return rows.greatest == nil && told.isEmpty && (above.greatest == nil || !isComplete) }
    guard isTrueGreatest(greatest, rows), told.allSatisfy({ $0 <= greatest }) else { return false }
    // A checksum with the greatest own value is told without asking the upstream.
    guard rows.greatest?.checksum != checksum, isComplete else { return true }
    let hasGreatest = above.greatest.map { $0 <= greatest } ?? true
    return hasGreatest && above.value.map { least in told.contains { $0 >= least } } ?? true
  }
}
