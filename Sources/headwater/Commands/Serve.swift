// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Logging
import PRAssembly
import PRNode
import PRRevision
import PRServer
import PRStore
import PRWire

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve package revisions.",
    discussion: """
      Runs in the foreground and logs to stderr. SIGTERM, SIGINT and SIGQUIT end it: what is in flight is answered first.
      """)

  @Option(
    help: "Where to listen: tcp://HOST:PORT, tcp://[v6]:PORT or unix:///path; port 0 takes a free one. Repeatable.",
    transform: Endpoint.parse)
  var listen: [Endpoint] = []

  @Option(help: ArgumentHelp("The database; BitBake's own is taken up as it is.", valueName: "path"))
  var database = "prserv.sqlite3"

  @Option(help: "full: an answer leaves once its row is on disk; normal: it survives the process; off: as BitBake.")
  var durability = Durability.full

  @Option(help: "partitioned: no value ever names two contents; bitbake: the answers of BitBake's own server.")
  var numbering = NumberingName.partitioned

  @Option(help: "How many nodes stand above this one.")
  var level = 0

  @Option(help: ArgumentHelp("Which of the nodes of its level this one is.", valueName: "k/n"))
  var lane = Lane.only

  @Flag(help: "Store nothing.")
  var readOnly = false

  @Option(help: "What a read-only node says to a tuple that it does not know.")
  var onMiss = OnMiss.refuse

  @Option(help: "Write the addresses to this file once they answer; it is removed at the end.")
  var readyFile: String?

  @Option(help: "How much to log.")
  var logLevel = LogVolume.info

  @Option(help: "How a log line looks.")
  var logFormat = LogFormat.text

  @OptionGroup(title: "Limits") var limits: LimitOptions

  func validate() throws {
    guard (0...Partition.deepest).contains(level) else {
      throw ValidationError("--level is 0 to \(Partition.deepest)")
    }
    if level == 0, lane != .only, numbering == .partitioned {
      throw ValidationError("--lane tells nodes below an upstream apart: give --level too")
    }
  }

  func run() async throws {
    let (format, level) = (logFormat, logLevel.level)
    LoggingSystem.bootstrap { _ in LineLogHandler(format, level: level) }
    try await Assembly(configuration, logger: Logger(label: "headwater")).run { endpoints in
      let lines = endpoints.map { "listening on \($0)\n" }.joined()
      FileHandle.standardOutput.write(Data(lines.utf8))
    }
  }

  private var configuration: NodeConfiguration {
    let rule: Numbering =
      numbering == .bitbake ? .bitbake : .partitioned(Partition(level: level, lane: lane))
    var server = limits.server
    if !listen.isEmpty { server.listen = listen }
    return NodeConfiguration(
      store: StoreOptions(
        path: database, durability: durability, readOnly: readOnly, guardsValues: numbering == .partitioned,
        lockPatience: limits.lockTimeout.duration),
      policy: NodePolicy(numbering: rule, onMiss: onMiss), server: server, readyFile: readyFile)
  }
}
