// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Which rules chose values since a server began, and what a node that stores nothing was asked in vain.
package struct DecisionLog: Hashable, Sendable {
  /// Those that never chose are left out.
  package private(set) var counts: [Reason: Int] = [:]
  package private(set) var misses = 0
  /// The newest last; each tuple once.
  package private(set) var lastMisses: [Miss] = []

  /// Values that were minted while no upstream answered.
  package private(set) var mintedAlone = 0
  /// Those of them since the upstream last answered; nil where there is none.
  package private(set) var alone: Alone?

  /// What was minted since the upstream last answered.
  package struct Alone: Hashable, Sendable {
    /// When the first was, in milliseconds since 1970.
    package let since: Int64
    package var values = 0

    /// What the log says when the upstream answers again, at a time in milliseconds since 1970.
    func summary(at now: Int64) -> String {
      let (age, hasOverflown) = now.subtractingReportingOverflow(since)
      let seconds = hasOverflown ? 0 : max(age, 0) / 1000
      return "\(values == 1 ? "1 value was" : "\(values) values were") minted without the upstream in \(seconds) s"
    }
  }

  /// So many tuples are kept.
  package static let maximumMisses = 50

  package struct Miss: Hashable, Sendable {
    package let tuple: TupleKey
    /// Who asked last, and when, in milliseconds since 1970.
    package var asker: String?
    package var at: Int64
    /// How often it was asked while it was in the list.
    package var times = 1
  }

  package init() {}

  package subscript(reason: Reason) -> Int { counts[reason] ?? 0 }

  /// Decisions that found their value on record, and those that put one there.
  package var known: Int { self[.current] + self[.kept] }
  package var minted: Int { Reason.minting.reduce(0) { $0 + self[$1] } }

  package mutating func count(_ reason: Reason) { counts[reason, default: 0] += 1 }

  /// A value was minted without the upstream.
  ///
  /// - Returns: whether it is the first since the upstream last answered.
  mutating func mintAlone(at now: Int64) -> Bool {
    mintedAlone += 1
    var span = alone ?? Alone(since: now)
    span.values += 1
    alone = span
    return span.values == 1
  }

  /// The upstream has answered.
  ///
  /// - Returns: what was minted without it; nil where nothing was.
  package mutating func endAlone() -> Alone? {
    defer { alone = nil }
    return alone
  }

  package mutating func miss(_ tuple: TupleKey, asker: String?, at now: Int64) {
    misses += 1
    var miss = Miss(tuple: tuple, asker: asker, at: now)
    if let index = lastMisses.lastIndex(where: { $0.tuple == tuple }) {
      miss.times += lastMisses.remove(at: index).times
    }
    lastMisses.append(miss)
    if lastMisses.count > Self.maximumMisses { lastMisses.removeFirst() }
  }
}

extension Reason {
  /// Those that put a row on record.
  package static let minting: [Reason] = [.first, .next, .renewed, .adopted, .derived, .aboveFloor]

  /// It chooses a new number.
  var isMinting: Bool {
    switch self {
    case .first, .next, .renewed, .derived, .aboveFloor: true
    case .current, .kept, .adopted, .predicted: false
    }
  }
}
