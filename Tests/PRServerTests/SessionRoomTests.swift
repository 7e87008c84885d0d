// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRServer

/// How much a session takes up, and how it goes on with what it left.
@Suite("The room of a session")
struct SessionRoomTests {
  private static let limit = SessionLimits().bytes

  @Test("a line is taken up below each limit, and not at it")
  func limits() {
    var script = SessionScript()
    script.serve()
    #expect(Self.takes(script, behind: Self.limit - 1))
    #expect(!Self.takes(script, behind: Self.limit), "bytes that were not sent")
    script.ask()
    #expect(Self.takes(script, behind: Self.limit - 101))
    #expect(!Self.takes(script, behind: Self.limit - 100), "and the bytes of requests without an answer")
    script.ask()
    #expect(!Self.takes(script, behind: 0), "two requests in flight")
  }

  @Test("no line is taken up while the socket takes no bytes")
  func unwritable() {
    var script = SessionScript()
    script.serve()
    script.handle(.writable(false))
    #expect(!Self.takes(script, behind: 0))
    script.handle(.writable(true))
    #expect(Self.takes(script, behind: 0))
  }

  @Test("while all sessions together hold too much, one that holds little takes up lines, and a large one does not")
  func crowded() {
    var script = SessionScript()
    script.serve()
    _ = script.state.settle(SessionFlight.small)
    #expect(Self.takes(script, behind: 0, isCrowded: true))
    _ = script.state.settle(SessionFlight.small + 1)
    #expect(!Self.takes(script, behind: 0, isCrowded: true))
    #expect(Self.takes(script, behind: 0))
  }

  @Test("with room the lines that were left are taken up, and the read that was held back follows")
  func settled() {
    var script = SessionScript()
    script.serve()
    script.handle(.readWanted)
    script.state.noteLines(pending: 30, behind: Self.limit, isCrowded: false)
    script.moment.unflushed = Self.limit
    #expect(script.handle(.settled) == "", "there is no room")
    script.moment.unflushed = 0
    #expect(script.handle(.settled) == "take lines")
    script.state.noteLines(pending: 0, behind: 0, isCrowded: false)
    #expect(script.handle(.settled) == "read")
    #expect(script.handle(.settled) == "", "it is read once")
  }

  @Test("a large session waits once for the others to hold less, and goes on when they do")
  func awaited() {
    var script = SessionScript()
    script.serve()
    script.handle(.readWanted)
    _ = script.state.settle(SessionFlight.small + 1)
    script.moment.isCrowded = true
    #expect(script.handle(.settled) == "await room")
    #expect(script.handle(.settled) == "")
    script.moment.isCrowded = false
    script.handle(.roomCame)
    #expect(script.handle(.settled) == "read")
  }

  private static func takes(_ script: SessionScript, behind unflushed: Int, isCrowded: Bool = false) -> Bool {
    var state = script.state
    return state.takesLines(behind: unflushed, isCrowded: isCrowded)
  }
}
