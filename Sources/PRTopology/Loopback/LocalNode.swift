// SPDX-License-Identifier: Apache-2.0
import PRWire

/// A node of a federation that was brought to one machine.
package struct LocalNode: Sendable {
  package let name: String
  /// How many nodes stand above it.
  package let level: Int
  package let endpoints: [Endpoint]
  package let statusPage: Endpoint
  /// Names of nodes, and addresses of servers that the topology does not describe.
  package let upstreams: [String]
  /// Where its database is, unless that is on PostgreSQL.
  package let database: String
  package let isMirror: Bool
  private let node: TopologyNode

  /// What `headwater serve` needs for this node.
  ///
  /// - Parameter resolve: makes a path of the topology file one of the running process.
  package func serveOptions(_ resolve: (String) -> String) -> OptionValues { node.serveOptions(resolve) }

  init(
    _ node: TopologyNode, in topology: Topology, _ endpoints: [String: [Endpoint]], _ statusPage: Endpoint,
    _ files: LocalFiles, _ cluster: LocalCluster?
  ) {
    name = node.name.value
    level = node.level
    self.endpoints = endpoints[name] ?? []
    self.statusPage = statusPage
    upstreams = node.upstreams.compactMap { $0.node ?? $0.endpoint.map { "\($0)" } }

    var local = node
    local.host = nil
    let rights = node.listeners.map(\.rights)
    local.listeners = zip(self.endpoints, rights + Array(repeating: nil, count: self.endpoints.count)).map {
      TopologyNode.Listener(endpoint: Located($0, at: node.name.place), rights: $1)
    }
    local.upstreams = node.upstreams.map { link in
      var link = link
      link.endpoint = link.local(from: node, in: topology, endpoints)
      return link
    }
    database = files.database(node.name.value)
    isMirror = node.role == .mirror
    // What joining writes takes the place of these.
    if topology.isManaged {
      local.upstreams = []
      local.level = 0
      local.role = .node
    }
    local.settle(
      files, cluster, statusPage, certificate: node.usesTLS && !topology.isManaged ? node.machineName : nil)
    self.node = local
  }
}

extension TopologyNode {
  /// Gives it files of its own. What never changes, a frozen database, stays where the topology has it.
  fileprivate mutating func settle(
    _ files: LocalFiles, _ cluster: LocalCluster?, _ statusPage: Endpoint, certificate: String?
  ) {
    for row in [\ServeOptions.readyFile, \.statusTokenFile, \.tlsCertificate, \.tlsKey, \.tlsTrust, \.tlsName] {
      remove(row)
    }
    remove(\.logFormat)
    set(\.status, statusPage)
    if role != .frozen { set(\.database, cluster?.url ?? files.database(name.value)) }
    if cluster != nil { set(\.positionFile, files.position(name.value)) }
    guard let certificate else { return }
    set(\.tlsCertificate, files.certificate(certificate))
    set(\.tlsKey, files.key(certificate))
    set(\.tlsTrust, files.trust)
  }
}

extension TopologyNode.UpstreamLink {
  /// Where the listener is now that it leads to. A server that the topology does not describe is where it was.
  fileprivate func local(
    from node: TopologyNode, in topology: Topology, _ endpoints: [String: [Endpoint]]
  ) -> Endpoint? {
    guard let upstream = self.node.flatMap({ topology[$0] }), let endpoint,
      let listener = upstream.answers(endpoint, from: node),
      let number = upstream.endpoints.firstIndex(of: listener)
    else { return endpoint }
    return endpoints[upstream.name.value]?[number]
  }
}
