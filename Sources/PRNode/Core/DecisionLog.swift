// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Which rules chose values since a server began, and what a node that stores nothing was asked in vain.
public struct DecisionLog: Hashable, Sendable {
  /// Those that never chose are left out.
  public private(set) var counts: [Reason: Int] = [:]
  public private(set) var misses = 0
  /// The newest last; each tuple once.
  public private(set) var lastMisses: [Miss] = []

  /// Values that were minted while no upstream answered.
  public private(set) var mintedAlone = 0
  /// Those of them since the upstream last answered; nil where there is none.
  public private(set) var alone: Alone?

  /// What was minted since the upstream last answered.
  public struct Alone: Hashable, Sendable {
    /// When the first was, in milliseconds since 1970.
    public let since: Int64
    public var values = 0

    /// What the log says when the upstream answers again, at a time in milliseconds since 1970.
    func summary(at now: Int64) -> String {
      let (age, hasOverflown) = now.subtractingReportingOverflow(since)
      let seconds = hasOverflown ? 0 : max(age, 0) / 1000
      return "\(values == 1 ? "1 value was" : "\(values) values were") minted without the upstream in \(seconds) s"
    }
  }

  /// So many tuples are kept.
  public static let mostMisses = 50

  public struct Miss: Hashable, Sendable {
    public let tuple: TupleKey
    /// Who asked last, and when, in milliseconds since 1970.
    public var asker: String?
    public var at: Int64
    /// How often it was asked while it was in the list.
    public var times = 1
  }

  public init() {}

  public subscript(reason: Reason) -> Int { counts[reason] ?? 0 }

  /// Decisions that found their value on record, and those that put one there.
  public var known: Int { self[.current] + self[.kept] }
  public var minted: Int { Reason.minting.reduce(0) { $0 + self[$1] } }

  public mutating func count(_ reason: Reason) { counts[reason, default: 0] += 1 }

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
  public mutating func endAlone() -> Alone? {
    defer { alone = nil }
    return alone
  }

  public mutating func miss(_ tuple: TupleKey, asker: String?, at now: Int64) {
    misses += 1
    var miss = Miss(tuple: tuple, asker: asker, at: now)
    if let index = lastMisses.lastIndex(where: { $0.tuple == tuple }) {
      miss.times += lastMisses.remove(at: index).times
    }
    lastMisses.append(miss)
    if lastMisses.count > Self.mostMisses { lastMisses.removeFirst() }
  }
}

extension Reason {
  /// Those that put a row on record.
  public static let minting: [Reason] = [.first, .next, .renewed, .adopted, .derived]

  /// It chooses a new number.
  var isMinting: Bool {
    switch self {
    case .first, .next, .renewed, .derived: true
    case .current, .kept, .adopted, .predicted: false
    }
  }
}
