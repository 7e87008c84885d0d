// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a node may mint by the lease of its federation's authority.
package struct NodeLease: Hashable, Sendable {
  package var level: Int
  /// Nil for a mirror.
  package var lane: Lane?
  /// The least last number.
  package var from: UInt64
  /// Why it mints nothing; nil while it may.
  package var stop: MintingStop?

  package init(level: Int, lane: Lane?, from: UInt64, stop: MintingStop? = nil) {
    self.level = level
    self.lane = lane
    self.from = from
    self.stop = stop
  }

  /// What the upstream of such a node gives as its own level. A mirror adds none.
  var levelAbove: Int { lane == nil ? level : level - 1 }
}
