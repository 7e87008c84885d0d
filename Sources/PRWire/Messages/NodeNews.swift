// SPDX-License-Identifier: Apache-2.0

/// What the answer to the `ping` of a node below has besides.
package struct NodeNews: Hashable, Sendable {
  /// Another node below, whose lane overlaps with the asker's.
  package var rival: LaneRival?
  /// What the server's clock shows, in milliseconds since 1970.
  package var time: Int64?

  package init(rival: LaneRival? = nil, time: Int64? = nil) {
    self.rival = rival
    self.time = time
  }
}
