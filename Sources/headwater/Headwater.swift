// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly

/// The tool.
struct Headwater: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "headwater",
    abstract: "Package revisions for BitBake that never go backwards and never name two contents.",
    discussion: """
      Every option may also come from the environment: --some-name from HEADWATER_SOME_NAME.
      """,
    version: "headwater \(headwaterVersion)",
    subcommands: [
      Serve.self, Get.self, Test.self, Max.self, Ping.self, Export.self, Import.self, AuditCommand.self,
      Explain.self, BackupCommand.self, RecoverCommand.self, FreezeCommand.self, Bench.self, TopologyCommand.self,
      StatusCommand.self,
    ])
}

@main
enum Program {
  private static let tool = CommandLineTool(
    Headwater.self, usesEnvironment: true, complete: TopologyOptions.complete)

  static func main() async {
    // A server tells its log.
    if CommandLine.arguments.dropFirst().first != "serve" {
      for finding in (try? UnknownVariables.ofProcess.findings) ?? [] {
        FileHandle.standardError.write(Data("headwater: \(finding.text)\n".utf8))
      }
    }
    await tool.run()
  }

  /// What the command line asks for, read anew.
  static func command() throws -> any ParsableCommand { try tool.command() }

  /// Why a command line is refused, on one line.
  static func explanation(of error: any Error) -> String { tool.explanation(of: error) }
}
