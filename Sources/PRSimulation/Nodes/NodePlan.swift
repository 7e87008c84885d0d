// SPDX-License-Identifier: Apache-2.0
import PRNode

/// A node of a simulated federation. Its name is its machine's, too.
package struct NodePlan: Sendable {
  package var name: String
  package var policy: NodePolicy
  /// In order of preference.
  package var upstreams: [String]
  package var upstreamDeadline: Duration
  /// How often the rows of the upstream are copied; nil: never.
  package var syncEvery: Duration?
  /// It is BitBake's own server.
  package var isStock = false
  /// Its alarms are watched, and its database says what it is in a federation.
  var isWatched = false
  /// It neither announces nor sends the paths of questions.
  var isOld = false
  /// It greets its upstream without a lane.
  var hidesLane = false
  /// How many rows are copied at once.
  package var page = 4096
  /// How long the disk takes for a group of rows, at least and at most.
  package var commit: ClosedRange<Duration> = .microseconds(200) ... .milliseconds(2)

  package init(
    _ name: String, _ policy: NodePolicy, upstreams: [String] = [], upstreamDeadline: Duration = .seconds(5),
    syncEvery: Duration? = nil
  ) {
    self.name = name
    self.policy = policy
    self.upstreams = upstreams
    self.upstreamDeadline = upstreamDeadline
    self.syncEvery = syncEvery
  }
}
