// SPDX-License-Identifier: Apache-2.0
import PRNode

/// What was seen at one moment.
struct StatusSnapshot: Sendable {
  var report: StatusReport
  var counters: RequestCounters
}
