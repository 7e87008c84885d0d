// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// Something that an upstream sends and never should.
struct Nonsense: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let manner: FakeUpstream.Manner
  /// It is noticed on a connection that is there; else it takes a new one.
  var hangsUp = false
  /// What the log and refusals say of it.
  let reason: String

  private init(
    _ name: String, _ reply: FakeUpstream.Reply, _ reason: String, greeting: String = FakeUpstream.Manner.ours
  ) {
    testDescription = name
    manner = .answering(reply, greeting: greeting)
    self.reason = reason
  }

  private init(_ name: String, greeting: String, _ reason: String) {
    testDescription = name
    manner = FakeUpstream.Manner(greeting: greeting, closesAfterGreeting: true) { _ in .nothing }
    hangsUp = true
    self.reason = reason
  }

  private static let shape = "a reply that does not match the question"

  static let all: [Nonsense] = [
    Nonsense("half a line, then silence", .init(text: #"{"max":"#), "no answer within 8s"),
    Nonsense("half a line, then the end", .init(text: #"{"max":"#, after: .close), "closed the connection"),
    Nonsense("nothing, then the end", .init(text: "", after: .close), "closed the connection"),
    Nonsense("silence", .nothing, "no answer within 8s"),
    Nonsense("the answer to another question", .line(#"{"alive":true}"#), shape),
    Nonsense("garbage", .line("\u{1}\u{2}\u{7f}} not JSON \u{e9}"), shape),
    Nonsense("a number for a string", .line(#"{"max":7,"values":["7"],"complete":true}"#), shape),
    Nonsense("an object for a value", .line(#"{"value": {}}"#), shape),
    Nonsense("null", .line("null"), shape),
    Nonsense("nesting without end", .line(String(repeating: "[", count: 60_000)), shape),
    Nonsense("a level that no federation has", .line(#"{"max":null,"values":[],"complete":true,"level":99}"#), "level"),
    Nonsense(
      "an endless line", .init(text: String(repeating: "x", count: 1 << 16), after: .repeatForever), "line longer"),
    Nonsense(
      "an endless message",
      .init(
        text: "{\"chunk-stream\": null}\n" + String(repeating: String(repeating: "x", count: 32_000) + "\n", count: 8),
        after: .repeatForever),
      "cannot be understood"),
    Nonsense(
      "a web server", greeting: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "it looks like HTTP"),
    Nonsense("TLS", greeting: "\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{32}", "it looks like TLS"),
    Nonsense("the end instead of a greeting", greeting: "", "closed the connection"),
  ]
}

@Suite("An upstream that sends", .ownThreads)
struct NonsenseTests {
  @Test("nonsense is away: what is known is answered, the rest as the policy says", arguments: Nonsense.all)
  func nonsense(_ nonsense: Nonsense) throws {
    let upstream = try FakeUpstream(.sound())
    let sites = try ["fallback", "strict"].map {
      try Site(below: "\(upstream.address)", away: $0, deadline: "8s")
    }
    for site in sites { #expect(try site.getPR("p", "known") == .value("7")) }
    upstream.behave(nonsense.manner)
    if nonsense.hangsUp { upstream.hangUp() }
    for site in sites where nonsense.hangsUp { site.waitForLog(nonsense.reason) }
    for site in sites {
      let isStrict = site.server === sites[1].server
      for number in 0..<200 {
        let answer = try site.getPR("p", "new-\(number)")
        if isStrict {
          #expect(answer.refusal?.contains("\(upstream.address)") == true, "\(answer)")
          #expect(answer.refusal?.contains(nonsense.reason) == true, "\(answer)")
        } else {
          #expect(answer == .value("7.\(number)"))
        }
      }
      #expect(try site.getPR("p", "known", history: true) == .value("7"))
      site.waitForLog(Site.away)
      site.waitForLog(nonsense.reason)
      #expect(site.hasLogged(Site.away, times: 1), "\(site.server.log)")
      #expect(site.hasLogged(nonsense.reason), "\(site.server.log)")
    }
    upstream.behave(.sound())
    for site in sites {
      site.waitForLog(Site.back)
      #expect(try site.getPR("q", "known") == .value("7"), "\(site.server.log)")
      #expect(try site.getPR("p", "later").value?.hasPrefix("7.") == true)
      try site.expectNoDuplicates()
      #expect(site.hasLogged(Site.away, times: 1) && site.hasLogged(Site.back, times: 1), "\(site.server.log)")
      try site.server.stop()
    }
  }

  @Test("a second answer, unasked, is named as the reason: it was not the upstream that closed the connection")
  func secondAnswer() throws {
    let upstream = try FakeUpstream(
      FakeUpstream.Manner(greeting: FakeUpstream.Manner.ours) { request in
        let reply = FakeUpstream.Manner.soundReply(to: request).text
        return FakeUpstream.Reply(text: request["ping"] == nil ? reply + reply : reply)
      })
    let site = try Site(below: "\(upstream.address)")
    // A connection that was good for a while is silently made anew.
    for number in 0..<5 { #expect(try site.getPR("p", "new-\(number)").value?.hasPrefix("7.") == true) }
    site.waitForLog("a reply without a request")
    #expect(site.logs("without an answer") == 0, "\(site.server.log)")
    try site.server.stop()
  }
}
