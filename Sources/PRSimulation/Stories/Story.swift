// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision

/// What happens in a federation: its nodes, the links between them, and actions at their times. A story and nothing else says
/// what a run does, to the byte.
package struct Story: Hashable, Sendable {
  /// Of delays, losses and the order of threads.
  package var seed: UInt64 = 0
  package var nodes: [Node] = []
  package var links: [Link] = []
  package var actions: [TimedAction] = []

  package init() {}

  package struct Node: Hashable, Sendable {
    package var name: String
    package var upstreams: [String] = []
    package var lane: Lane?
    package var away = UpstreamAway.fallback
    package var syncEvery: Duration?
    package var deadline = Duration.seconds(5)
    /// It stores no answers.
    package var isReadOnly = false
    package var onMiss = OnMiss.refuse
    package var isBitBake = false
  }

  package struct Link: Hashable, Sendable {
    package var one: String
    package var other: String
    package var settings: LinkSettings
  }

  package struct TimedAction: Hashable, Sendable {
    package var time: Duration
    package var action: Action
  }

  package enum Action: Hashable, Sendable {
    /// Clients ask at once, over one connection.
    case ask(node: String, package: String, checksum: String, isKept: Bool, times: Int)
    /// No packet gets from one to the other.
    case cut(from: String, to: String)
    case heal(from: String, to: String)
    /// The process is killed. Its machine closes its connections.
    case kill(String)
    /// The machine is gone: its connections do not end.
    case lose(String)
    case start(String)
    case raise(node: String, package: String, value: String)
    /// The wall clock of all machines is set.
    case setClock(by: Duration)
    case backUp(String)
    /// The database is as it was backed up last. The process is killed and starts again.
    case restore(String)
  }

  /// The names of packages in the order of their first question.
  var packages: [String] {
    var found: [String] = []
    for timed in actions {
      if case .ask(_, let package, _, _, _) = timed.action, !found.contains(package) { found.append(package) }
    }
    return found
  }
}
