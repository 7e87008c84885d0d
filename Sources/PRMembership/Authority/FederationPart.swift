// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRNode
import PRStore

/// What a node's part in a federation works with.
package struct FederationPart: Sendable {
  package let store: Store
  package let keys: KeyFolder
  package let alarms: AlarmBoard
  /// In milliseconds since 1970.
  package let clock: @Sendable () -> Int64
  /// A line for the log.
  package let log: @Sendable (String) -> Void
  /// New connections are to use the files of the folder as they are now.
  package let reread: @Sendable () -> Void
  /// The node is to begin anew with what its database says: it has another upstream, or mints elsewhere.
  package let reload: @Sendable () -> Void
  /// Of this program.
  package let version: String
  package let environment: MembershipEnvironment
  /// Those that this node has made: for requests about the federation, for lookups, and for the copy.
  package let connections: MemberConnections

  package init(
    store: Store, keys: KeyFolder, alarms: AlarmBoard, version: String = "", clock: @escaping @Sendable () -> Int64,
    log: @escaping @Sendable (String) -> Void, reread: @escaping @Sendable () -> Void,
    in environment: MembershipEnvironment = .system, connections: MemberConnections = MemberConnections(),
    reload: @escaping @Sendable () -> Void = {}
  ) {
    self.store = store
    self.keys = keys
    self.alarms = alarms
    self.version = version
    self.clock = clock
    self.log = log
    self.reread = reread
    self.reload = reload
    self.environment = environment
    self.connections = connections
  }

  /// In seconds since 1970.
  var now: Int64 { clock() / 1000 }
}
