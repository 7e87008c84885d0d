// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRWire

/// The drop-in for BitBake's own command: the same options, defaults, messages and pid file.
@main
struct BitbakePrserv: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bitbake-prserv", abstract: "BitBake PR Server. Headwater \(headwaterVersion)")

  @Option(name: [.short, .long], help: "database filename")
  var file = ServeOptions.table.database.standard

  @Option(name: [.short, .long], help: "log filename")
  var log = "prserv.log"

  @Option(help: "logging level, i.e. CRITICAL, ERROR, WARNING, INFO, DEBUG")
  var loglevel = PythonLogLevel.info

  @Flag(help: "start daemon")
  var start = false

  @Flag(help: "stop daemon")
  var stop = false

  @Option(help: "ip address to bind")
  var host = "0.0.0.0"

  @Option(help: "port number")
  var port: UInt16 = 8585

  @Flag(name: [.customShort("r"), .long], help: "open database in read-only mode")
  var readOnly = false

  @Option(name: [.short, .long], help: "Upstream PR service (host:port)")
  var upstream: String?

  /// Set by `--start` for the process that it leaves behind: where to say that it answers, or why it does not.
  @Option(help: .private)
  var daemonReport: Int32?

  func run() async throws {
    if start { _ = try upstreamServer }  // a misspelt one is reported here, not in the log
    let address = try HostAddress(host)
    if let daemonReport { return await DaemonProcess(self, address, report: daemonReport).run() }
    if start { return try DaemonStart(self, address).run() }
    if stop { return try DaemonStop(host: host, pidFile: PidFile(address, port: port)).run() }
    print(Self.helpMessage())
  }

  /// Whom to ask; nil for a server that stands alone.
  var upstreamServer: Endpoint? {
    get throws {
      let text = upstream ?? ProcessInfo.processInfo.environment["PRSERV_UPSTREAM"] ?? ""
      guard !text.isEmpty else { return nil }
      do {
        return try Endpoint(text)
      } catch {
        throw UserFacingError("the upstream \(error)")
      }
    }
  }

  static func main() async {
    MallocArenas.useOne()
    await CommandLineTool(
      BitbakePrserv.self, usesEnvironment: false, usageExitCode: 2, namesItself: false,
      rewrite: ArgparseArguments.prserv.rewritten
    ).run()
  }
}
