// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRServer
import PRStatus
import PRStore
import PRTLS
import PRWire

/// The configuration of a serving process. Two that are equal make the same server.
public struct NodeConfiguration: Hashable, Sendable {
  /// The node's name on its page; nil if none was given.
  public var name: String?
  public var store: StoreOptions
  public var policy: NodePolicy
  public var server: ServerOptions
  /// Where it listens; a port may be 0.
  public var listen: [Endpoint] = [.standard]
  /// No address was given: sockets that a service manager passes are listened on, whatever theirs are.
  public var listensByDefault = false
  /// What a frozen database was checked against.
  public var manifest: Manifest?
  /// Nil for a node that stands alone.
  public var upstream: UpstreamConfiguration?
  /// For the listeners and the upstreams of TLS.
  public var tls = TLSFiles()
  /// Whether listeners of TLS want a certificate from everybody.
  public var requiresClientCertificate = true
  /// Where the addresses go that were really bound, a line each.
  public var readyFile: String?
  /// Where the node shows how it fares; nil: nowhere.
  public var status: StatusOptions?
  /// The file that the status page's token was read from.
  public var tokenFile: String?
  public var log = LogOptions()

  public init(store: StoreOptions, policy: NodePolicy, server: ServerOptions, readyFile: String? = nil) {
    self.store = store
    self.policy = policy
    self.server = server
    self.readyFile = readyFile
  }
}

/// The version of the programs.
public let headwaterVersion = "0.1.0"
