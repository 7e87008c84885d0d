// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
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
      Explain.self, BackupCommand.self, FreezeCommand.self, Bench.self, TopologyCommand.self, StatusCommand.self,
    ])
}

@main
enum Program {
  static func main() async {
    await CommandLineTool.run(Headwater.self, usesEnvironment: true, complete: TopologyOptions.complete)
  }
}
