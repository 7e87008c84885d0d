// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Which rules chose values since a server began, and what a node that stores nothing was asked in vain.
public struct DecisionLog: Hashable, Sendable {
  /// Those that never chose are left out.
  public private(set) var counts: [Reason: Int] = [:]
  public private(set) var misses = 0
  /// The newest last; each tuple once.
  public private(set) var lastMisses: [Miss] = []

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
}
