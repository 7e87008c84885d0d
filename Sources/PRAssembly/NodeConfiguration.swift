// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRServer
import PRStatus
import PRStore
import PRStoreSQLite
import PRTLS
import PRWire

/// The configuration of a serving process. Two that are equal make the same server.
package struct NodeConfiguration: Hashable, Sendable {
  /// The node's name on its page; nil if none was given.
  package var name: String?
  package var store: StoreOptions
  package var policy: NodePolicy
  package var server: ServerOptions
  /// Where it listens; a port may be 0.
  package var listen: [Endpoint] = [.standard]
  /// No address was given: sockets that a service manager passes are listened on, whatever theirs are.
  package var listensByDefault = false
  /// What a frozen database was checked against.
  package var manifest: Manifest?
  /// Nil for a node that stands alone.
  package var upstream: UpstreamConfiguration?
  /// For the listeners and the upstreams of TLS.
  package var tls = TLSFiles()
  /// Whether listeners of TLS want a certificate from everybody.
  package var requiresClientCertificate = true
  /// Where the addresses go that were really bound, a line each.
  package var readyFile: String?
  /// Where the node shows how it fares; nil: nowhere.
  package var status: StatusOptions?
  /// The file that the status page's token was read from.
  package var tokenFile: String?
  package var log = LogOptions()

  package init(store: StoreOptions, policy: NodePolicy, server: ServerOptions, readyFile: String? = nil) {
    self.store = store
    self.policy = policy
    self.server = server
    self.readyFile = readyFile
  }
}

/// The version of the programs.
package let headwaterVersion = "0.1.0"
