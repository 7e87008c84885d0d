// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// Two clients ask a site about one tuple while the upstream learns of it.
@Suite("A question to the upstream that is under way", .ownThreads)
struct SharedQuestionTests {
  /// Answers `lookup` in the order of questions: at first the tuple is unknown, and it has a value afterwards.
  private final class Learning: Sendable {
    private let answered = Watched(0)

    var manner: FakeUpstream.Manner {
      FakeUpstream.Manner(greeting: FakeUpstream.Manner.ours) { [answered] request in
        guard request["lookup"] != nil else { return FakeUpstream.Manner.soundReply(to: request) }
        let number = answered.withLock { count in
          count += 1
          return count
        }
        guard number == 1 else { return .line(#"{"max":"3","values":["3"],"complete":true,"level":0}"#) }
        // The first reply leaves once the second client has asked.
        _ = answered.wait { $0 < 0 || $0 >= Self.released }
        return .line(#"{"max":null,"values":[],"complete":true,"level":0}"#)
      }
    }

    private static let released = 1 << 20

    func release() { answered.withLock { $0 += Self.released } }
  }

  @Test("is not joined by a client that asks later: what was allocated above in between is adopted, not minted anew")
  func laterClient() throws {
    let learning = Learning()
    let upstream = try FakeUpstream(learning.manner)
    let site = try Site(below: "\(upstream.address)", deadline: "5s")
    let first = try site.server.connect()
    let second = try site.server.connect()
    try first.send(Requests.testPR("p", "x") + "\n")
    #expect(upstream.wait { $0.contains { $0["lookup"] != nil } }, "the first question has left")
    try second.send(Requests.getPR("p", "x") + "\n")
    // The site reads its connections in turn: once it has answered here, it has most likely read the second question.
    #expect(try site.connection.ask(Requests.ping) == .alive)
    learning.release()
    // Its rows are read once more when the reply is there; the second client's may be among them by then.
    #expect([.object(["value": .null]), .value("3")].contains(try first.readMessage()))
    #expect(try second.readMessage() == .value("3"))
    #expect(upstream.questions.filter { $0["lookup"] != nil }.count == 2)
    try site.server.stop()
  }
}
