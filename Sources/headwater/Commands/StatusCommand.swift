// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRStatus
import PRWire

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Tell how a node fares: what its status page shows, on a terminal.")

  @Option(
    help: "The address of the node's status page: what it was given as --status.", transform: StatusAddressText.parse)
  var server = Endpoint.tcp(host: "127.0.0.1", port: 9585)

  @Option(help: ArgumentHelp("The file with the page's token, if it wants one.", valueName: "path"))
  var tokenFile: String?

  @Option(help: "How long it may take to answer. Default: 10s.", transform: TimeSpan.parse)
  var timeout = TimeSpan(seconds: 10)

  @Flag(help: "Print the JSON of /api/status.") var json = false

  func run() async throws {
    guard case .tcp(let host, let port) = server else { return }
    var question = HTTPGet(
      host: host, port: port, path: "/api/status", token: try tokenFile.map(StatusToken.read)?.text)
    question.timeout = timeout.duration
    let answer = try await question.run()
    switch answer.status {
    case .ok: break
    case .unauthorized: throw Problem("\(server) wants a token: give --token-file")
    default:
      throw Problem("\(server) answered \(answer.status.code) \(answer.status.reasonPhrase); is it a status page?")
    }
    guard let report = try? StatusJSON.report(answer.body.readableBytesView) else {
      throw Problem("\(server) sent no status that can be read; is it a status page of this version?")
    }
    print(json ? String(buffer: answer.body) : StatusText(report).text, terminator: "")
    if !report.readiness.isReady { throw ExitCode(1) }
  }
}
