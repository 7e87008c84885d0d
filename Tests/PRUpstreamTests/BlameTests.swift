// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRWire
import Testing

@testable import PRUpstream

@Suite("The failure of one question")
struct BlameTests {
  private static let server = Endpoint.standard

  /// What went wrong, and what it shows of a question that is the next to be answered.
  static let table: [(UpstreamError, Blame)] = [
    (.refused(server, "no"), .answer), (.nonsense(server, .revision), .answer),
    (.nonsense(server, .contradiction), .answer),
    (.beyondLimit(server, MessageLimits.Exceeded(option: "--max-line", limit: 1, bytes: 2)), .answer),
    (.setAside(server, reason: "why"), .answer),
    (.nonsense(server, .shape), .line(isCertain: true)), (.nonsense(server, .level), .line(isCertain: true)),
    (.connection(.wire(server, .messageTooLong(limit: 1))), .line(isCertain: true)),
    (.connection(.wire(server, .lineTooLong(limit: 1))), .line(isCertain: true)),
    (.connection(.wire(server, .unaskedReply)), .line(isCertain: true)),
    (.connection(.disconnected(server)), .line(isCertain: false)),
    (.connection(.unreachable(server, "refused")), .server), (.connection(.noGreeting(server)), .server),
    (.connection(.timedOut(server, .seconds(1))), .server), (.away(server, reason: "why"), .server),
    (.ownStore(server), .server), (.stopped, .server),
  ]

  @Test("shows what the table says", arguments: table)
  func shows(error: UpstreamError, blame: Blame) {
    #expect(Blame(of: error, isFirst: true, heardSince: false) == blame)
    #expect(error.isAboutAnswer == (blame == .answer))
  }

  @Test("that had no answer in time tells the server from the question by what was heard meanwhile")
  func silence() {
    let error = UpstreamError.timedOut(Self.server, .seconds(2))
    #expect(Blame(of: error, isFirst: true, heardSince: false) == .silence)
    #expect(Blame(of: error, isFirst: true, heardSince: true) == .question)
    #expect(Blame(of: error, isFirst: false, heardSince: true) == .queue)
    #expect(Blame(of: error, isFirst: false, heardSince: false) == .queue)
  }

  @Test("that is too long for the server names the limit and the server")
  func beyondLimit() {
    let exceeded = MessageLimits.Exceeded(option: "--max-message", limit: 8192, bytes: 9000)
    #expect(
      UpstreamError.beyondLimit(Self.server, exceeded).description
        == "the upstream tcp://127.0.0.1:8585 takes no message of 9000 bytes; its limit is 8192 (--max-message there)")
  }
}
