// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRFederation
import PRTopology

struct TopologyExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a federation that runs as a topology file.",
    discussion: """
      The server is that of the authority, which has the register. The file is that of a managed federation: 'topology check', \
      'graph', 'simulate' and 'up' read it. Listeners for builders are not in the register: port 0, a free one, \
      stands for them.
      """)

  @OptionGroup var connection: ServerOption
  @Option(help: ArgumentHelp("Where to write it. Default: standard output.", valueName: "path"))
  var output: String?

  func run() async throws {
    let report = try await connection.wholeFederation()
    let comments = [
      "The federation \(report.name) as \(connection.server) had it at \(Date().ISO8601Format()).",
      "Where builders reach a node is not in the register: port 0, a free one, stands for it.",
    ]
    let text = TopologyText(report, comments: comments).text
    let sink = try TextSink(path: output)
    try sink.write(text)
    try sink.finish()
    let reading = Topology.read(text.utf8, file: output ?? "standard output")
    guard reading.topology == nil else { return }
    throw UserFacingError(
      "the register has what no topology file may have:\n\(TopologyMistakes(diagnostics: reading.diagnostics).description)"
    )
  }
}

struct TopologyDiff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show where a topology file and a federation that runs differ.",
    discussion: """
      The server is that of the authority, which has the register. The exit status is 0 where they agree, 1 where they differ, and 2 \
      where they could not be compared.
      """)

  @Argument(help: "A topology file: the plan.") var file: String
  @OptionGroup var connection: ServerOption
  @Flag(help: "Print JSON: a list of differences.") var json = false

  private struct Listed: Encodable {
    let node: String
    let kind: String
    let text: String
  }

  func run() async throws {
    let differences: [TopologyDifference]
    do {
      differences = try await compare()
    } catch {
      FileHandle.standardError.write(Data("headwater: \(Program.explanation(of: error))\n".utf8))
      throw ExitCode(2)
    }
    if json {
      print(try differences.map { Listed(node: $0.node, kind: $0.kind, text: "\($0)") }.jsonLine)
    } else {
      for difference in differences { print(difference) }
    }
    if !differences.isEmpty { throw ExitCode(1) }
  }

  private func compare() async throws -> [TopologyDifference] {
    let reading = try TopologyFile(path: file).read(looksForCertificates: false)
    guard let plan = reading.topology else { throw TopologyMistakes(diagnostics: reading.diagnostics) }
    return TopologyComparison(plan, try await connection.wholeFederation()).differences
  }
}
