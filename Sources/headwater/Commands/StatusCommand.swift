// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRStatus
import PRWire

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show node status: the content of its status page, on a terminal.")

  @Option(
    help: ArgumentHelp(
      "The address of the node's status page: the value of its --status. Default: 9585, a port of this machine.",
      valueName: "address"), transform: Endpoint.parsePage)
  var server = Endpoint.tcp(host: "127.0.0.1", port: 9585)

  @Option(help: ArgumentHelp("The file with the page's token, if it needs one.", valueName: "path"))
  var tokenFile: String?

  @Option(help: "The time limit for an answer. Default: 10s.", transform: TimeSpan.parse)
  var timeout = TimeSpan(seconds: 10)

  @Flag(help: "Print the JSON of /api/status.") var json = false

  @Option(
    help: ArgumentHelp(
      "Acknowledge the alarm of this name instead: it counts no more, and one that its cause does not end is gone.",
      valueName: "id"))
  var acknowledge: String?

  func run() async throws {
    if let acknowledge { return try await run(acknowledging: acknowledge) }
    let answer = try await answer(to: "/api/status")
    guard let report = try? StatusJSON.report(answer.body.readableBytesView) else {
      throw UserFacingError("\(server) sent a status that cannot be read; check that it runs this version")
    }
    print(json ? String(buffer: answer.body) : StatusText(report).text, terminator: "")
    if !report.readiness.isReady { throw ExitCode(1) }
  }

  private func run(acknowledging alarm: String) async throws {
    _ = try await answer(to: Acknowledgement.target(of: alarm)) { question in
      question.method = .POST
      question.headers = [(Acknowledgement.header, "1")]
    }
    print("acknowledged \(alarm)")
  }

  private func answer(
    to path: String, _ change: (inout HTTPQuestion) -> Void = { _ in }
  ) async throws -> HTTPQuestion.Answer {
    guard case .tcp(let host, let port) = server else {
      throw UserFacingError("\(server) is not the address of a status page")
    }
    var question = HTTPQuestion(host: host, port: port, path: path, token: try tokenFile.map(StatusToken.read)?.text)
    question.timeout = timeout.duration
    change(&question)
    let answer = try await question.run()
    switch answer.status {
    case .ok: return answer
    case .unauthorized:
      guard let tokenFile else { throw UserFacingError("\(server) needs a token: give --token-file") }
      throw UserFacingError(
        "\(server) refuses the token in \(tokenFile): it is not that of the server's --status-token-file")
    case .notFound where acknowledge != nil:
      throw UserFacingError(
        "\(server) has no such alarm; 'headwater status' lists those that stand, each with its name")
    case .forbidden where acknowledge != nil:
      throw UserFacingError(
        "\(server): an alarm is acknowledged with a token, or where the page is on a loopback address")
    default:
      throw UserFacingError(
        "\(server) answered \(answer.status.code) \(answer.status.reasonPhrase); check that it is a status page")
    }
  }
}
