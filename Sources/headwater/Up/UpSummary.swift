// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRTopology

/// Where the nodes of a local federation are to be found.
struct UpSummary {
  let federation: LocalFederation
  let files: LocalFiles
  let asJSON: Bool

  private struct Listing: Encodable {
    let directory: String
    let nodes: [Node]
  }

  private struct Node: Encodable {
    let name: String
    let level: Int
    let listen: [String]
    let upstream: [String]
    let status: String
    /// Nil: it has ended.
    let pid: Int32?

    init(_ node: LocalNode, _ process: FederationProcess) {
      name = node.name
      level = node.level
      listen = node.endpoints.map { "\($0)" }
      upstream = node.upstreams
      status = "\(node.statusPage)".replacing("tcp://", with: "http://")
      pid = process.pid
    }
  }

  /// - Parameter processes: those of the nodes, in their order.
  func print(_ processes: [FederationProcess]) throws {
    let nodes = zip(federation.nodes, processes).map(Node.init)
    let text = asJSON ? try json(nodes) : table(nodes)
    try FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
  }

  private func json(_ nodes: [Node]) throws -> String {
    try Listing(directory: files.folder, nodes: nodes).jsonLine
  }

  private func table(_ nodes: [Node]) -> String {
    var rows = [["NODE", "ANSWERS ON", "ASKS", "STATUS PAGE", "PROCESS"]]
    for node in nodes {
      let process = node.pid.map { "\($0)" } ?? "ended"
      rows.append([node.name, node.listen.first ?? "", node.upstream.first ?? "-", node.status, process])
      for number in 1..<max(1, node.listen.count, node.upstream.count) {
        rows.append([
          "", node.listen.dropFirst(number).first ?? "", node.upstream.dropFirst(number).first ?? "", "", "",
        ])
      }
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
    }
    let tls = "Over TLS: --tls-trust \(files.trust), and of \(files.tls) a --tls-certificate with its --tls-key."
    let clusters = federation.clusters.map { "PostgreSQL of \($0.nodes.joined(separator: ", ")): \($0.url)" }
    let hints = [
      "Databases and certificates are in \(files.folder).",
      nodes.contains { $0.listen.contains { $0.hasPrefix("tls://") } } ? tls : nil,
      "Enter starts again what has ended; Ctrl-C stops all.",
    ].compactMap(\.self)
    return (lines + [""] + clusters + hints).map(\.withoutTrailingBlanks).joined(separator: "\n")
  }
}

extension String {
  fileprivate var withoutTrailingBlanks: String { String(reversed().drop { $0 == " " }.reversed()) }
}
