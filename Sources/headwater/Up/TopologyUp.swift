// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRTLS
import PRTopology
import UnixSignals

struct TopologyUp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Run a whole federation on this machine, to try it: every node as a process on loopback.",
    discussion: """
      Ports are free ones, and certificates are made for the occasion; who asks whom and how, roles, lanes and rights are \
      those of the file. The nodes' logs are shown as one. Enter starts again what has ended; Ctrl-C stops all.
      """)

  @Argument(help: "A topology file.") var file: String

  @Option(
    help: ArgumentHelp(
      "Where databases and certificates are. Default: a folder that is removed at the end.", valueName: "path"))
  var directory: String?

  @Option(
    help: ArgumentHelp(
      "Take this port and those after it, as far as they are free. Default: any that are free.", valueName: "port"))
  var firstPort: Int?

  @Flag(help: "Print the nodes as JSON, once they answer.") var json = false

  func validate() throws {
    if let firstPort, !(1...Int(UInt16.max)).contains(firstPort) {
      throw ValidationError("--first-port is 1 to \(UInt16.max)")
    }
  }

  func run() async throws {
    let file = TopologyFile(path: file)
    let reading = try file.read(looksForCertificates: false)
    guard let topology = reading.topology else { throw TopologyMistakes(diagnostics: reading.diagnostics) }
    let folder = try WorkFolder(directory)
    defer { folder.end() }
    let files = LocalFiles(folder: folder.path)
    var ports = FreePorts(from: firstPort)
    let federation = try LocalFederation(topology, files: files) { try ports.take() }
    try Self.makeCertificates(federation, files)
    ports.release()

    let view = LogView(federation.nodes.map(\.name))
    let processes = federation.nodes.map { node in
      let options = node.serveOptions(file.resolve).map(\.argument)
      return NodeProcess(node, arguments: ["serve"] + options, view: view)
    }
    let summary = UpSummary(directory: folder.path, asJSON: json)
    try await FederationRun(processes).run { try summary.print(processes) }
  }

  private static func makeCertificates(_ federation: LocalFederation, _ files: LocalFiles) throws {
    guard !federation.certificates.isEmpty else { return }
    let authority = try ThrowawayAuthority()
    try FileManager.default.createDirectory(
      atPath: files.tls, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try write(authority.certificate, to: files.trust)
    for certificate in federation.certificates {
      let identity = try authority.identity(certificate.names)
      try write(identity.key, to: certificate.keyPath)
      try write(identity.certificate, to: certificate.path)
    }
  }

  private static func write(_ text: String, to path: String) throws {
    guard
      FileManager.default.createFile(
        atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    else { throw Problem("cannot write \(path): is the disk full?") }
  }
}

/// The folder of a federation's files.
private struct WorkFolder {
  /// Absolute.
  let path: String
  private let isTemporary: Bool

  init(_ path: String?) throws {
    isTemporary = path == nil
    if let path {
      self.path = URL(fileURLWithPath: path).standardizedFileURL.path
      do {
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
      } catch {
        throw Problem("cannot make the folder \(path): is its place there, and writable?")
      }
      return
    }
    let folder = (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") as NSString
    var template = Array(folder.appendingPathComponent("headwater-up-" + String(repeating: "X", count: 6)).utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Problem("cannot make a folder in \(folder): \(String(cString: strerror(errno))); give --directory")
    }
    self.path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func end() { if isTemporary { try? FileManager.default.removeItem(atPath: path) } }
}
