// SPDX-License-Identifier: Apache-2.0
import PRWire

/// The rules between nodes. Each adds its complaints; none stops the others.
struct Checks {
  let complaints: DiagnosticCollector
  /// Nil: certificates are not looked for.
  let files: CertificateFiles?
  var nodes: [TopologyNode] = []
  var index: [String: Int] = [:]
  /// By node; nil for those in a cycle or below one.
  var levels: [Int?] = []
  var authorities: [Authority] = []
  private var isManaged = false

  init(_ complaints: DiagnosticCollector, files: CertificateFiles?) {
    self.complaints = complaints
    self.files = files
  }

  /// - Returns: the topology with roles, levels and the addresses of upstreams filled in.
  mutating func check(_ topology: Topology) -> Topology {
    nodes = topology.nodes
    isManaged = topology.isManaged
    for (number, node) in nodes.enumerated() { index[node.name.value] = number }
    for number in nodes.indices { settleRole(number) }
    for number in nodes.indices { settleUpstreams(number) }
    settleLevels()
    authorities = Authority.all(of: nodes)
    checkAuthorities()
    if isManaged { checkManaged() } else { checkLanes() }
    checkListeners()
    for node in nodes {
      checkRole(node)
      if !isManaged {
        checkUpstreams(node)
        checkCertificates(node)
      }
    }
    if !isManaged {
      checkFiles()
      checkCertificateFacts()
    }
    for number in nodes.indices { nodes[number].level = levels[number] ?? 0 }
    return Topology(
      title: topology.title, description: topology.description, nodes: nodes, isManaged: isManaged)
  }

  /// The nodes of the file that a node asks, the preferred first.
  func above(_ number: Int) -> [(node: Int, link: TopologyNode.UpstreamLink)] {
    nodes[number].upstreams.compactMap { link in link.node.flatMap { index[$0] }.map { ($0, link) } }
  }
}
