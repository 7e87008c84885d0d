// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRCertificates
import PRRevision
import PRTopology
import UnixSignals

struct TopologyUp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Run a federation on this machine, to try it: each node is a process on loopback.",
    discussion: """
      Ports are free ones, and certificates are generated. An authority on PostgreSQL gets a server of its own, where PostgreSQL \
      is installed. Upstreams, roles, lanes and rights are those of the file. \
      The nodes' logs are shown as one. Enter restarts nodes that ended; Ctrl-C stops all.
      """)

  @Argument(help: "A topology file.") var file: String

  @Option(
    help: ArgumentHelp(
      "The folder for databases and certificates. Default: one that is removed at the end.", valueName: "path"))
  var directory: String?

  @Option(
    help: ArgumentHelp(
      "Use this port and the following ones that are free. Default: any free ports.", valueName: "port"))
  var firstPort: Int?

  @Flag(help: "Print the nodes as JSON, once they answer.") var json = false

  func validate() throws {
    if directory?.isEmpty == true { throw ValidationError("--directory is empty; name a folder, or leave it out") }
    if let firstPort, !(1...Int(clamping: UInt16.max)).contains(firstPort) {
      throw ValidationError("--first-port is 1 to \(UInt16.max)")
    }
  }

  func run() async throws {
    let file = TopologyFile(path: file)
    let reading = try file.read(looksForCertificates: false)
    guard let topology = reading.topology else { throw TopologyMistakes(diagnostics: reading.diagnostics) }
    let programs = topology.authorities.isEmpty ? nil : try ClusterPrograms()
    let folder = try WorkFolder(directory)
    defer { folder.end() }
    let files = LocalFiles(folder: folder.path)
    var ports = FreePorts(from: firstPort)
    let kept = KeptPorts(in: folder.path)
    let chosen = try kept.take(LocalFederation.portNames(of: topology), isManaged: topology.isManaged, from: &ports)
    let federation = LocalFederation(topology, files: files, ports: chosen)
    for cluster in federation.clusters { try programs?.makeFolder(of: cluster, in: folder) }
    try Self.makeCertificates(federation, files)
    ports.release()

    let view = LogView(federation.clusters.map(\.name) + federation.nodes.map(\.name))
    let servers = federation.clusters.compactMap { cluster in
      programs.map { FederationProcess(cluster.name, level: -1, $0.command(cluster), view: view) }
    }
    let managed = federation.isManaged ? ManagedNodes(federation) : nil
    let nodes = try federation.nodes.map { node in
      let command = try ChildCommand.node(node.serveOptions(file.resolve).arguments)
      return FederationProcess(node.name, level: node.level, command, view: view) { [name = node.name] in
        try await managed?.prepare(name)
      }
    }
    let summary = UpSummary(federation: federation, files: files, asJSON: json)
    try await FederationRun(servers + nodes).run { try summary.print(nodes) }
  }

  private static func makeCertificates(_ federation: LocalFederation, _ files: LocalFiles) throws {
    guard !federation.certificates.isEmpty else { return }
    let authority = try ThrowawayAuthority(at: Int64(clamping: Date().timeIntervalSince1970))
    try FileManager.default.createDirectory(
      atPath: files.tls, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try WorkFolder.write(authority.certificate, to: files.trust)
    for certificate in federation.certificates {
      let identity = try authority.identity(certificate.names)
      try WorkFolder.write(identity.key, to: certificate.keyPath)
      try WorkFolder.write(identity.certificate, to: certificate.path)
    }
  }
}
