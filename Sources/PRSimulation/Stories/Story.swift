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
  /// Its nodes may join federations, and their alarms are watched.
  package var isWatched = false

  package init() {}

  /// It can be played by a program that was built with PostgreSQL alone.
  package var isOnPostgres: Bool { nodes.contains(where: \.isOnPostgres) }

  package struct Node: Hashable, Sendable {
    package var name: String
    /// The node whose database it serves, with the same settings; nil for one with a database of its own.
    package var mate: String?
    package var upstreams: [String] = []
    package var lane: Lane?
    package var away = UpstreamAway.fallback
    package var syncEvery: Duration?
    /// How many rows are asked for at once.
    package var page = 4096
    package var deadline = Duration.seconds(5)
    /// It stores no answers.
    package var isReadOnly = false
    package var onMiss = OnMiss.refuse
    package var isBitBake = false
    /// It is BitBake's own server.
    package var isStock = false
    /// Its database is in PostgreSQL, on a primary with a synchronous standby.
    package var isOnPostgres = false
    /// Its program is of a version that does not know the paths of questions.
    package var isOld = false
    /// It was started without a level, and learns it from its upstream.
    package var isLevelUnknown = false
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
    case ask(Question)
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
    /// The options are read again: another server takes the place of the one there is.
    case reload(String)
    /// The process ends, and another one serves the database below another node.
    case move(String, below: String?)
    /// Something happens to the servers of a node's database.
    case database(String, DatabaseFault)
    /// Something is done about a federation, or happens to it.
    case membership(Membership)
    /// What is expected of an alarm of a node.
    case alarm(String, cause: String, AlarmState)
  }

  package enum AlarmState: String, Hashable, Sendable, CaseIterable {
    /// It stands, and was raised once since the last line about it.
    case stands = "alarm"
    /// It does not stand.
    case ended = "calm"
    /// It does not stand, and was raised once since the last line about it.
    case past = "past"
  }

  /// What operators do about a federation, and what happens to its databases and clocks.
  package enum Membership: Hashable, Sendable {
    /// `headwater federation create`, at a node that begins anew after it.
    case create(String, lanes: UInt64?, lifetime: Duration?)
    /// `headwater invite` at the node above and `headwater join` at the other one, again and again while lines are cut.
    case join(String, below: String, isMirror: Bool, isAgain: Bool)
    case relane(String)
    case retire(String)
    case revoke(String)
    /// `headwater federation after-restore` until it ends the mark of the authority, while members are waited for.
    case afterRestore(String)
    /// The database and the keys of a node are copied to another machine, and a process serves them there.
    case clone(String, to: String)
    /// The wall clock of one machine is set.
    case setClock(String, by: Duration)
    /// The authority's key is taken out of the folder, or put back.
    case key(String, isThere: Bool)
    /// `headwater federation rekey`.
    case rekey(String)
    /// The process ends, and one of the present version serves the database.
    case upgrade(String)
    /// The name of one machine leads to another one from now on. Connections that are open stay.
    case resolve(String, to: String)

    var names: [String] {
      switch self {
      case .create(let name, _, _), .relane(let name), .retire(let name), .revoke(let name), .afterRestore(let name),
        .setClock(let name, _), .key(let name, _), .rekey(let name), .upgrade(let name):
        [name]
      case .join(let name, let other, _, _), .clone(let name, let other), .resolve(let name, let other): [name, other]
      }
    }
  }

  /// What happens to PostgreSQL below the authority.
  package enum DatabaseFault: String, Hashable, Sendable, CaseIterable {
    /// An administrator cancels the commit that waits for the standby: its rows are seen, and may be lost.
    case cancel
    /// An administrator ends the session whose commit waits for the standby.
    case terminate
    /// The primary crashes, and starts again by itself.
    case crash
    /// The primary is lost. The standby takes its place, and gets another standby later.
    case promote
    /// The standby takes the place of the primary, which goes on for some seconds, without a standby.
    case isolate
    case stopStandby = "stop-standby"
    case startStandby = "start-standby"
    /// The primary does nothing, and its connections stay open.
    case freeze
    case thaw
    /// `synchronous_standby_names` is emptied: commits that wait are released as if they were confirmed.
    case emptyNames = "empty-names"
    case restoreNames = "restore-names"
  }

  /// The node that names a node's database.
  func file(of name: String) -> String { nodes.first { $0.name == name }?.mate ?? name }

  /// The nodes that serve the database of a node, itself among them.
  func mates(of name: String) -> [Node] {
    let file = file(of: name)
    return nodes.filter { $0.name == file || $0.mate == file }
  }

  /// A client asks, over a connection of its own.
  package struct Question: Hashable, Sendable {
    package var node: String
    package var package: String
    package var checksum: String
    package var isKept = false
    /// So many requests are in flight at once.
    package var times = 1
    /// It is asked over the connection of the last client of the node, if that is open.
    package var isTogether = false
    /// What the answer must be; nil where any that keeps the promises will do.
    package var answer: String?
  }
}
