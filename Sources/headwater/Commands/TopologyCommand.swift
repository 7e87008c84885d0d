// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRTopology

struct TopologyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topology",
    abstract: "Check, draw and try the file that describes a federation.",
    subcommands: [TopologyCheck.self, TopologyGraph.self, TopologyUp.self])
}

struct TopologyCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Tell all that is wrong with topology files.",
    discussion: "Exits 1 when there is an error. A warning is no error.")

  @Argument(help: "Topology files.") var files: [String]
  @Flag(help: "Print JSON: a list of complaints.") var json = false

  func run() async throws {
    var complaints: [Diagnostic] = []
    for path in files {
      let reading = try TopologyFile(path: path).read(looksForCertificates: true)
      complaints += reading.diagnostics
      guard !json else { continue }
      for diagnostic in reading.diagnostics { print(diagnostic) }
      if let topology = reading.topology { print("\(path): \(Self.summary(topology))") }
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(complaints), as: UTF8.self))
    }
    if complaints.contains(where: { $0.severity == .error }) { throw ExitCode.failure }
  }

  private static func summary(_ topology: Topology) -> String {
    let levels = Set(topology.nodes.map(\.level)).count
    let nodes = topology.nodes.count
    return "\(nodes) \(nodes == 1 ? "node" : "nodes") on \(levels) \(levels == 1 ? "level" : "levels"), good to serve"
  }
}

extension Drawing.Format: ExpressibleByArgument {}

struct TopologyGraph: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Draw a federation: its levels, its nodes, and who asks whom.")

  @Argument(help: "A topology file.") var file: String
  @Option(help: "mermaid: for Markdown; dot: for Graphviz; svg: a picture that stands alone.")
  var format = Drawing.Format.mermaid
  @Option(help: ArgumentHelp("Where to write it. Default: standard output.", valueName: "path"))
  var output: String?

  func run() async throws {
    let reading = try TopologyFile(path: file).read(looksForCertificates: false)
    guard let topology = reading.topology else { throw TopologyMistakes(diagnostics: reading.diagnostics) }
    let sink = try TextSink(path: output)
    try sink.write(Drawing(topology).text(format))
    try sink.finish()
  }
}
