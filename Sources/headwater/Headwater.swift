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
      Every option can also be set by an environment variable: --some-name by HEADWATER_SOME_NAME.
      """,
    version: "headwater \(headwaterVersion)",
    subcommands: [
      Serve.self, Get.self, Test.self, Max.self, Ping.self, Export.self, Import.self, RaiseCommand.self,
      AuditCommand.self, Explain.self, BackupCommand.self, MoveCommand.self, AuthorityCommand.self, RecoverCommand.self,
      FreezeCommand.self, CompareCommand.self, Bench.self,
      TopologyCommand.self, SimulateCommand.self,
      FederationCommand.self, InviteCommand.self, JoinCommand.self,
      StatusCommand.self,
    ])
}

@main
enum Program {
  private static let tool = CommandLineTool(
    Headwater.self, usesEnvironment: true, insteadOf: insteadOf)

  /// Options of BitBake's command and of other servers.
  private static let insteadOf = [
    "port": "use --listen tcp://HOST:PORT, or --server for a command that asks a server",
    "host": "use --listen tcp://HOST:PORT, or --server for a command that asks a server",
    "bind": "use --listen tcp://HOST:PORT", "address": "use --listen tcp://HOST:PORT",
    "file": "use --database PATH", "db": "use --database PATH", "loglevel": "use --log-level LEVEL",
    "log": "'headwater serve' logs to stderr; redirect it", "daemon": Self.daemon, "start": Self.daemon,
    "stop": "'headwater serve' ends by SIGTERM; a server of 'bitbake-prserv --start' ends by 'bitbake-prserv --stop'",
    "verbose": "use --log-level debug", "config": "use --topology FILE with --node NAME",
  ]

  private static let daemon =
    "'headwater serve' runs in the foreground; use a service manager, or 'bitbake-prserv --start'"

  static func main() async {
    MallocArenas.useOne()
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

  /// The arguments of this process, with those of the environment.
  static func arguments() throws -> [String] { try tool.arguments() }

  /// The options of all commands.
  static func options() throws -> CommandOptions { try tool.options }

  /// Why a command line is refused, on one line.
  static func explanation(of error: any Error) -> String { tool.explanation(of: error) }
}
