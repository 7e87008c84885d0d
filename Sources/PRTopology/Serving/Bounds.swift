// SPDX-License-Identifier: Apache-2.0

/// What the command line and a topology file may ask of a server.
package enum Bounds {
  /// Each is a thread with files of its own; more than cores are of no use.
  package static let eventLoops = 1...64

  /// BitBake's client gives up after 30 s: all that an answer may have to wait for has to fit in.
  package static let longestWait = Duration.seconds(25)
  /// In less time hardly any upstream answers.
  package static let upstreamDeadline = Wait(.milliseconds(50)...longestWait, "50ms to 25s")
  package static let lockTimeout = Wait(.zero...longestWait, "25s at most")
  /// What the deadline and the timeout are of a node that has an upstream.
  package static let together = "25s at most together\(reason)"

  private static let reason = ", for BitBake's client gives up after 30s"

  /// How long something may be waited for.
  package struct Wait: Sendable {
    package let range: ClosedRange<Duration>
    /// What it is, and why.
    package let text: String

    init(_ range: ClosedRange<Duration>, _ text: String) {
      self.range = range
      self.text = text + Bounds.reason
    }
  }
}
