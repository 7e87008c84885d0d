// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// An answer of the right shape that cannot be true, for the package `bad`; all others are sound.
struct DoubtfulAnswer: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let manner: FakeUpstream.Manner

  private init(value: String, of name: String? = nil) {
    let json = "{\"max\":\"\(value)\",\"values\":[\"\(value)\"],\"complete\":true}"
    self.init(name ?? "the value '\(value)'", FakeUpstream.Manner.ours, Self.message(json))
  }

  private init(_ name: String, _ greeting: String, _ text: String) {
    testDescription = name
    manner = FakeUpstream.Manner(greeting: greeting) { request in
      guard case .object(let members) = request, members.values.first?["version"] == .string("bad") else {
        return FakeUpstream.Manner.soundReply(to: request)
      }
      if request["test-package"] != nil { return .line(#"{"value": true}"#) }
      return FakeUpstream.Reply(text: text)
    }
  }

  /// As a line, or in pieces if it is too long for one.
  private static func message(_ json: String) -> String {
    guard json.utf8.count > 32_000 else { return json + "\n" }
    let bytes = Array(json.utf8)
    let pieces = stride(from: 0, to: bytes.count, by: 32_000).map {
      String(decoding: bytes[$0..<min($0 + 32_000, bytes.count)], as: UTF8.self) + "\n"
    }
    return "{\"chunk-stream\": null}\n" + pieces.joined() + "\n"
  }

  static let all: [DoubtfulAnswer] = [
    DoubtfulAnswer(value: "1; DROP TABLE PRMAIN"), DoubtfulAnswer(value: ""), DoubtfulAnswer(value: "-1"),
    DoubtfulAnswer(value: "1..2"), DoubtfulAnswer(value: "\\u0661"), DoubtfulAnswer(value: "18446744073709551616"),
    DoubtfulAnswer(value: String(repeating: "9", count: 1_000_000), of: "a value with a million digits"),
    DoubtfulAnswer(
      value: String(repeating: "1.", count: 500_000) + "1", of: "a value with half a million components"),
    DoubtfulAnswer("a package that is known and has no value", FakeUpstream.Manner.stock, "{\"value\": null}\n"),
    DoubtfulAnswer(
      "a stock server's value that is not a revision", FakeUpstream.Manner.stock, "{\"value\": \"r1\"}\n"),
  ]
}

@Suite("An answer that cannot be true", .ownThreads)
struct DoubtfulAnswerTests {
  @Test("is no answer, and the upstream goes on answering for others", arguments: DoubtfulAnswer.all)
  func doubtful(_ doubtful: DoubtfulAnswer) throws {
    let upstream = try FakeUpstream(doubtful.manner)
    let fallback = try Site(below: "\(upstream.address)")
    let strict = try Site(below: "\(upstream.address)", away: "strict")
    let (_, time) = try measured {
      for number in 0..<25 {
        #expect(try fallback.getPR("bad", "new-\(number)") == .value("0.\(number)"))
        let refusal = try strict.getPR("bad", "new-\(number)").refusal ?? "none"
        #expect(refusal.contains("\(upstream.address) sent a"), "\(refusal)")
        #expect(refusal.utf8.count < 400, "what the upstream sent is not repeated")
      }
    }
    for site in [fallback, strict] {
      #expect(try site.getPR("good", "known") == .value("7"))
      #expect(site.hasLoggedOnceAMinute("is not valid", in: time), "\(site.server.log)")
      #expect(site.logs(Site.away) == 0, "\(site.server.log)")
      try site.expectNoDuplicates()
      try site.server.stop()
    }
  }

  @Test("A refusal is passed on in the upstream's own words, and told once a minute")
  func refusal() throws {
    let words = "no right 'read' \\u001b[31m\\u000a here"
    let upstream = try FakeUpstream(.answering(.line(#"{"invoke-error":{"message":"\#(words)"}}"#)))
    let strict = try Site(below: "\(upstream.address)", away: "strict")
    let server = strict.server
    let (refusals, time) = try measured {
      try inParallel(4) { client in
        let connection = try server.connect()
        return try (0..<500).map { try connection.ask(Requests.getPR("p", "new-\(client)-\($0)")).refusal ?? "none" }
      }
    }
    for refusal in refusals.joined() {
      #expect(refusal.contains("refused: no right 'read' ?[31m? here"), "\(refusal)")
    }
    #expect(strict.logs(Site.away) == 0, "\(strict.server.log)")
    try strict.server.stop()
    #expect(strict.hasLoggedOnceAMinute("refused a question", in: time), "\(strict.server.log)")
  }

  @Test(
    "A greeting may hold any number",
    arguments: ["9223372036854775807", "-9223372036854775808", "-1", "64", "1e3", "\u{661}", ""])
  func level(level: String) throws {
    let upstream = try FakeUpstream(.sound("features: lookup\nlevel: \(level)\n\n"))
    let site = try Site(below: "\(upstream.address)")
    // Those that say a level say it with each answer, too.
    #expect(try site.getPR("p", "known").value != nil)
    #expect(try site.connection.ask(Requests.ping) == .alive, "\(site.server.log)")
    try site.server.stop()
  }
}
