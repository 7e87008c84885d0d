// SPDX-License-Identifier: Apache-2.0
import PRWire

/// An authority on PostgreSQL: all nodes of the file whose store is one database.
package struct Authority: Sendable {
  /// The servers and the database as the first node names them, without user, password and parameters.
  package let database: String
  /// Where they are in the topology, in the order of the file.
  package let nodes: [Int]
}

extension Topology {
  /// In the order of the file.
  package var authorities: [Authority] { Authority.all(of: nodes) }

  /// What `headwater topology check` says of a good file.
  package var summary: [String] {
    let levels = Set(nodes.map(\.level)).count
    let count = "\(nodes.count) \(nodes.count == 1 ? "node" : "nodes")"
    let stores = authorities.map { authority in
      let names = authority.nodes.map { nodes[$0].name.value }.joined(separator: ", ")
      return "authority on \(authority.database): \(authority.nodes.count == 1 ? "node" : "nodes") \(names)"
    }
    return ["\(count) on \(levels) \(levels == 1 ? "level" : "levels"), good to serve"] + stores
  }
}

extension Authority {
  static func all(of nodes: [TopologyNode]) -> [Authority] {
    var found: [(place: DatabasePlace, servers: Set<String>, nodes: [Int])] = []
    for (number, node) in nodes.enumerated() {
      guard let url = node.serverURL, let place = try? DatabasePlace(url.value) else { continue }
      let servers = node.servers(of: place)
      // A server belongs to one authority, however many of its companions a node names.
      if let known = found.firstIndex(where: {
        $0.place.database == place.database && !$0.servers.isDisjoint(with: servers)
      }) {
        found[known].servers.formUnion(servers)
        found[known].nodes.append(number)
      } else {
        found.append((place, servers, [number]))
      }
    }
    return found.map { Authority(database: SourceText.printable("\($0.place)".unicodeScalars), nodes: $0.nodes) }
  }
}

extension TopologyNode {
  /// Its database, where that is on PostgreSQL.
  package var serverURL: Located<String>? {
    guard let place = place(of: \.database), DatabaseURL.isURL(options.database) else { return nil }
    return Located(options.database, at: place)
  }

  /// The servers of a database. A server that each machine has for itself, such as `localhost`, stands with its machine.
  func servers(of place: DatabasePlace) -> Set<String> {
    Set(place.servers.map { ($0.isOnOwnMachine ? "\(machine ?? "")|" : "") + "\($0.host)|\($0.port)" })
  }
}
