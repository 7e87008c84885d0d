// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRTopology

struct TopologyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topology",
    abstract: "Check, draw and try the file that describes a federation, and compare it with one that runs.",
    subcommands: [TopologyCheck.self, TopologyGraph.self, TopologyUp.self, TopologyExport.self, TopologyDiff.self])
}

struct TopologyCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Report all errors in topology files.",
    discussion: "The exit status is 1 if there is an error; a warning is not an error.")

  @Argument(help: "Topology files.") var files: [String]
  @Flag(help: "Print JSON: a list of complaints.") var json = false

  func run() async throws {
    var complaints: [Diagnostic] = []
    for path in files {
      let reading = try TopologyFile(path: path).read(looksForCertificates: true)
      complaints += reading.diagnostics
      guard !json else { continue }
      for diagnostic in reading.diagnostics { print(diagnostic) }
      for line in reading.topology?.summary ?? [] { print("\(path): \(line)") }
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(complaints), as: UTF8.self))
    }
    if complaints.contains(where: { $0.severity == .error }) { throw ExitCode.failure }
  }
}

extension Drawing.Format: ExpressibleByArgument {
  /// The format of a file with this name.
  init?(path: String) {
    switch path.split(separator: "/").last?.split(separator: ".").dropFirst().last?.lowercased() {
    case "mmd", "mermaid": self = .mermaid
    case "dot", "gv": self = .dot
    case "svg": self = .svg
    default: return nil
    }
  }
}

struct TopologyGraph: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Draw a federation: its levels, its nodes and their upstreams.")

  @Argument(help: "A topology file.") var file: String
  @Option(
    help:
      "mermaid: for Markdown; dot: for Graphviz; svg: an image. Default: that of the output file's suffix, else mermaid."
  )
  var format: Drawing.Format?
  @Option(help: ArgumentHelp("Where to write it. Default: standard output.", valueName: "path"))
  var output: String?

  func run() async throws {
    let reading = try TopologyFile(path: file).read(looksForCertificates: false)
    guard let topology = reading.topology else { throw TopologyMistakes(diagnostics: reading.diagnostics) }
    let sink = try TextSink(path: output)
    try sink.write(Drawing(topology).text(format ?? output.flatMap(Drawing.Format.init(path:)) ?? .mermaid))
    try sink.finish()
  }

  func validate() throws {
    guard let output, format == nil, Drawing.Format(path: output) == nil else { return }
    throw ValidationError(
      "the suffix of \(output) names no format: use .mmd, .dot, .gv or .svg, or give --format")
  }
}
