// SPDX-License-Identifier: Apache-2.0
import PRWire

/// A federation brought to one machine, to be tried there: every node on loopback, its files in one folder. Who asks
/// whom and how, roles, lanes, rights and limits are those of the topology.
package struct LocalFederation: Sendable {
  /// Those above before those below.
  package let nodes: [LocalNode]
  /// The certificates that they need, one for a machine and one for each name with rights of its own.
  package let certificates: [LocalCertificate]
  /// What stands for the databases of authorities on PostgreSQL.
  package let clusters: [LocalCluster]
  /// Its nodes join before they are started.
  package let isManaged: Bool

  /// - Parameters:
  ///   - files: where the nodes' files are.
  ///   - ports: one for each of ``portNames(of:)``, each of them free.
  package init(_ topology: Topology, files: LocalFiles, ports: [Int]) {
    var ports = ports[...]
    var endpoints: [String: [Endpoint]] = [:]
    for node in topology.nodes {
      endpoints[node.name.value] = node.endpoints.enumerated().map { number, endpoint in
        endpoint.local(files.socket(node.name.value, number), &ports)
      }
    }
    let clusters = LocalCluster.all(of: topology, files)
    self.clusters = clusters
    nodes =
      topology.nodes.map { node in
        let page = Endpoint.tcp(host: Endpoint.loopback, port: ports.removeFirst())
        let cluster = clusters.first { $0.nodes.contains(node.name.value) }
        return LocalNode(node, in: topology, endpoints, page, files, cluster)
      }.enumerated().sorted { ($0.element.level, $0.offset) < ($1.element.level, $1.offset) }.map(\.element)
    isManaged = topology.isManaged
    certificates = isManaged ? [] : Self.certificates(topology, files)
  }

  /// What its ports are for, in the order in which they are taken: the listeners of the nodes, then their status pages.
  package static func portNames(of topology: Topology) -> [String] {
    let listeners = topology.nodes.flatMap { node in
      node.endpoints.enumerated().filter { !$0.element.isUnix }.map { "\(node.name.value) listener \($0.offset)" }
    }
    return listeners + topology.nodes.map { "\($0.name.value) status" }
  }

  private static func certificates(_ topology: Topology, _ files: LocalFiles) -> [LocalCertificate] {
    let machines = topology.nodes.filter(\.usesTLS).map(\.machineName)
    let clients = topology.nodes.flatMap(\.rights).map(\.who.value)
    var seen: Set<String> = []
    return (machines + clients).filter { seen.insert($0).inserted }.map { name in
      LocalCertificate(
        names: [name] + ["localhost", Endpoint.loopback].filter { $0 != name }, path: files.certificate(name),
        keyPath: files.key(name))
    }
  }
}

/// A certificate to be made.
package struct LocalCertificate: Hashable, Sendable {
  /// Whom it is for; the first is the one that rights go by.
  package let names: [String]
  package let path: String
  package let keyPath: String
}

/// Where the files of a local federation are.
package struct LocalFiles: Sendable {
  /// An absolute path.
  package let folder: String

  package init(folder: String) { self.folder = folder }

  package var tls: String { "\(folder)/tls" }
  /// Beside the folder: any name may be in it.
  package var trust: String { "\(folder)/ca.pem" }

  package func database(_ node: String) -> String { "\(folder)/\(node).sqlite3" }

  /// Beside the databases of nodes, which have an ending.
  func cluster(_ name: String) -> String { "\(folder)/\(name)" }
  func position(_ node: String) -> String { "\(folder)/\(node).position" }

  func certificate(_ name: String) -> String { "\(tls)/\(name.replacing("/", with: "_")).pem" }
  func key(_ name: String) -> String { "\(tls)/\(name.replacing("/", with: "_")).key" }
  /// The operating system takes about 100 bytes, so it is short.
  func socket(_ node: String, _ number: Int) -> String { "\(folder)/\(node).\(number)" }
}

extension Endpoint {
  static let loopback = "127.0.0.1"

  fileprivate func local(_ socket: String, _ ports: inout ArraySlice<Int>) -> Endpoint {
    switch self {
    case .tcp: .tcp(host: Self.loopback, port: ports.removeFirst())
    case .tls: .tls(host: Self.loopback, port: ports.removeFirst())
    case .unix: .unix(path: socket)
    }
  }
}

extension TopologyNode {
  /// What its certificate is for.
  var machineName: String { host?.value ?? name.value }

  /// Whether it presents a certificate.
  var usesTLS: Bool {
    endpoints.contains(where: \.isTLS) || upstreams.contains { $0.endpoint?.isTLS ?? false }
  }
}
