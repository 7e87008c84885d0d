// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Notices that a node's level keeps rising, as it does where two nodes stand above each other.
///
/// Each of them then takes the level of the other and adds one. A node that is put above others raises the levels
/// below it once; failover between upstreams of different levels changes a level up and down and reaches no new maximum.
struct LevelClimb: Hashable {
  private var greatest: Int
  private var rises = 0
  private(set) var isLoop = false

  /// Rises to a new maximum, within one run of the process, that no planned change causes.
  private static let maximum = 2

  /// - Parameter level: the level that the node begins with.
  init(from level: Int) { greatest = level }

  /// - Parameter level: the node's own, as the upstream's answer makes it.
  /// - Returns: true for the first level that shows a loop.
  mutating func reaches(_ level: Int) -> Bool {
    if level > greatest {
      greatest = level
      rises += 1
    }
    guard !isLoop, rises > Self.maximum || level >= Partition.deepest else { return false }
    isLoop = true
    return true
  }
}
