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
  package let options: OptionValues
  package let store: StoreOptions
  /// Where the rows are instead of in a file; nil: in the file of ``store``.
  package let serverDatabase: ServerDatabase?
  package let policy: NodePolicy
  package let server: ServerOptions
  /// Nil for a node that stands alone.
  package let upstream: UpstreamConfiguration?
  package let log: LogOptions
  /// What a frozen database was checked against.
  package var manifest: Manifest?
  /// What the node is in a federation; nil for one that stands in none.
  package var federation: FederationPlace?
  /// Where the node shows its status; nil: nowhere.
  package var status: StatusOptions?

  /// All but what stands in files that the options name.
  ///
  /// - Throws: ``OptionMistake`` for a word of the table that has no case here.
  package init(_ options: OptionValues) throws(OptionMistake) {
    self.options = options
    store = try StoreOptions(serving: options)
    serverDatabase = try ServerDatabase(serving: options)
    policy = try NodePolicy(options)
    server = try ServerOptions(serving: options)
    upstream = UpstreamConfiguration(options)
    log = LogOptions(try options.word(\.logFormat), level: try options.word(\.logLevel))
  }

  /// For the listeners and the upstreams of TLS.
  package var tls: TLSFiles {
    TLSFiles(certificate: options.tlsCertificate, key: options.tlsKey, trust: options.tlsTrust)
  }
}

/// The version of the programs.
package let headwaterVersion = "0.1.0"
