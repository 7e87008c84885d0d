// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire
import TestSeed
import Testing

@testable import PRServer

/// A client, a node, a socket and a clock at random, around one session; and what must hold whatever they do.
///
/// It carries out actions as the session's handler does. Replies are the numbers of their requests.
struct SessionWorld {
  enum Line {
    case header, known, goodbye, broken, streamBegin, streamEnd
    case request(Request)
  }

  let seed: Seed
  var numbers: SeededNumbers
  var state: SessionState
  var now = SessionInstant(after: .seconds(100))
  var isCrowded = false

  // The client and its socket.
  var inbox: [Line] = []
  /// Bytes may come.
  var isReadGranted = false
  var isWritable = true
  var isInputClosed = false
  var isCloseAsked = false
  var isDisconnected = false
  var isDrained = false

  // The handler.
  var lines: [Line] = []
  var isJoining = false
  var unflushed = 0
  var events: [SessionState.Event] = []
  var timers: [SessionTimer: SessionInstant] = [:]
  var isRoomAwaited = false
  var isFlushPlanned = false

  // What is asked of the node.
  var asked: [(ticket: SessionState.Ticket, number: Int)] = []
  var exporting: Int?
  var isPageWanted = false
  var doPagesFail = true
  var hasExportBegun = false
  var polling: Int?
  var looks = 0

  // The requests in their order, by the bytes that each takes until it has its reply, and the replies.
  var sizes: [Int] = []
  var written: [Int] = []
  var taken: Int { sizes.count }

  init(_ seed: Seed, idle: Duration?) {
    self.seed = seed
    numbers = seed.numbers
    state = SessionState(SessionLimits(inFlight: 4, bytes: 40_000, idle: idle), rights: .bitbake)
  }

  // MARK: The handler

  var moment: SessionState.Moment {
    SessionState.Moment(now: now, unflushed: unflushed, isCrowded: isCrowded, answers: written.count)
  }

  mutating func handleNow(_ event: SessionState.Event) {
    for action in state.handle(event, at: moment) { perform(action) }
  }

  mutating func handle(_ event: SessionState.Event) {
    events.append(event)
    handleEvents()
  }

  mutating func handleEvents() {
    for _ in 0..<1000 {
      while !events.isEmpty { handleNow(events.removeFirst()) }
      _ = state.settle(lines.count * 1000 + unflushed)
      guard state.mustSettle(behind: unflushed, isCrowded: isCrowded) else { return check() }
      handleNow(.settled)
    }
    fail("it never settles")
  }

  /// An event of a line that is taken up: none of its actions may cause another event at once.
  mutating func handleLine(_ event: SessionState.Event) {
    for action in state.handle(event, at: moment) {
      switch action {
      case .flush, .takeLines, .read, .closeWhenSent, .closeNow, .writePage: fail("\(action) among lines")
      default: perform(action)
      }
    }
  }

  mutating func perform(_ action: SessionState.Action) {
    if isCloseAsked || isDisconnected, Self.isOutput(action) { fail("\(action) after the close") }
    switch action {
    case .write(.response(.value(let text))): write(Int(text) ?? -1, bytes: text.utf8.count)
    case .write(.response(.error)): write(written.count, bytes: 5)
    case .write: fail("a reply that was not made here")
    case .writeText: unflushed += 100
    case .flush: flush()
    case .takeLines:
      takeLines()
      handleNow(.linesTaken)
    case .read: isReadGranted = true
    case .start(let timer, let time):
      if timers.updateValue(now + time, forKey: timer) != nil { fail("\(timer) runs already") }
    case .cancel(let timer): if timers.removeValue(forKey: timer) == nil { fail("\(timer) does not run") }
    case .awaitRoom:
      if isRoomAwaited { fail("room is awaited twice") }
      isRoomAwaited = true
    case .planFlush:
      if isFlushPlanned { fail("two flushes are planned") }
      isFlushPlanned = true
    case .answerPing, .answerIsReadonly: handleLine(.answered(.value("\(taken - 1)")))
    case .ask(let request, let ticket):
      guard case .testPR(let tuple, _) = request else { return fail("\(request)") }
      asked.append((ticket, Int(tuple.package.version) ?? -1))
    case .beginExport(let query):
      if exporting != nil { fail("two exports") }
      (exporting, hasExportBegun) = (Int(query.filter.version ?? ""), false)
    case .readPage:
      if isPageWanted || exporting == nil { fail("two pages, or none to read") }
      isPageWanted = true
    case .writePage: writePage()
    case .openPoll(let query):
      if polling != nil { fail("two polls") }
      polling = Int(query.after)
    case .look: looks += 1
    case .hold: if polling == nil { fail("no poll to hold") }
    case .answerPoll(let ticket):
      guard let number = polling else { return fail("no poll to answer") }
      polling = nil
      events.append(.replied(ticket, .response(.value("\(number)"))))
    case .leavePoll:
      if polling == nil { fail("no poll to leave") }
      polling = nil
    case .closeWhenSent, .closeNow: isCloseAsked = true
    case .predict: fail("the client may allocate")
    case .measureUnsent, .introduce, .describe, .refused, .note, .leaveLane: break
    }
  }

  private static func isOutput(_ action: SessionState.Action) -> Bool {
    switch action {
    case .write, .writeText, .flush, .takeLines, .writePage, .readPage, .ask, .look, .closeWhenSent: true
    default: false
    }
  }

  mutating func write(_ number: Int, bytes: Int) {
    if number != written.count { fail("the reply to \(number) in the place of \(written.count)") }
    written.append(number)
    unflushed += bytes
  }

  /// A socket that gets bytes may take no more. That is an event of its own, behind those that wait.
  mutating func flush() {
    unflushed = 0
    if isWritable, chance(8) {
      isWritable = false
      events.append(.writable(false))
    }
  }

  mutating func writePage() {
    guard let number = exporting else { return fail("a page of no export") }
    let isLast = chance(4)
    unflushed += 20_000
    hasExportBegun = true
    if isLast {
      write(number, bytes: 0)
      exporting = nil
    }
    flush()
    events.append(.pageWritten(isLast: isLast))
  }

  mutating func takeLines() {
    while !lines.isEmpty, state.takesLines(behind: unflushed, isCrowded: isCrowded) { take(lines.removeFirst()) }
    if isJoining != state.timers.contains(.message) { handleLine(.messageOpen(isJoining)) }
    state.noteLines(pending: lines.count, behind: unflushed, isCrowded: isCrowded)
  }

  mutating func take(_ line: Line) {
    checkRoom()
    if case .header = line {
      if state.phase == .handshaking { handleLine(.greeted(SessionScript.node, wantsHeaders: true)) }
      return
    }
    guard state.phase != .handshaking else { return handleLine(.unreadable(.foreignProtocol(.http))) }
    state.noteMessageLine()
    switch line {
    case .header: break
    case .streamBegin: isJoining = true
    case .streamEnd: isJoining = false
    case .known where state.answersAtOnce:
      sizes.append(0)
      write(taken - 1, bytes: 10)
    case .known: request(.testPR(SessionScript.tuple, .none), bytes: 100)
    case .request(let request): self.request(request, bytes: Int.random(in: 10..<15_000, using: &numbers))
    case .goodbye: handleLine(.goodbye)
    case .broken:
      sizes.append(0)
      handleLine(.unreadable(.lineTooLong(limit: 1)))
    }
  }

  /// The number of a request stands in its fields.
  mutating func request(_ request: Request, bytes: Int) {
    let number = taken
    sizes.append(bytes)
    let tuple = TupleKey(version: "\(number)", pkgarch: "p", checksum: "c")
    let numbered: Request =
      switch request {
      case .testPR: .testPR(tuple, .none)
      case .export: .export(ExportQuery(RowFilter(version: "\(number)")))
      case .changes(let query): .changes(ChangesQuery(after: Int64(number), limit: 9, wait: query.wait))
      default: request
      }
    handleLine(.request(numbered, bytes: bytes))
  }

  // MARK: What must hold

  func fail(_ text: String) { Issue.record("\(text); \(seed)") }

  /// Before a line is taken up.
  func checkRoom() {
    if sizes.count - written.count >= 4 { fail("a line while 4 requests are in flight") }
    let waiting = asked.map(\.number) + [polling, exporting].compactMap { $0 }
    if unflushed + waiting.reduce(0, { $0 + sizes[$1] }) >= 40_000 { fail("a line while 40,000 bytes are in flight") }
    if !isWritable || isDisconnected || isCloseAsked { fail("a line whose reply would not leave") }
  }

  mutating func check() {
    let phase = state.phase
    #expect(Set(timers.keys) == Set(SessionTimer.allCases.filter(state.timers.contains)), "\(seed)")
    #expect(timers[.handshake] == nil || phase == .handshaking, "\(seed)")
    #expect((timers[.message] != nil) == (isJoining && phase.takesLines), "\(seed)")
    #expect((timers[.write] != nil) == (!isWritable && phase != .closed), "\(seed)")
    #expect((timers[.page] != nil) == (state.export == .resting), "\(seed)")
    #expect(timers[.idle] == nil || phase == .greeted || phase == .serving, "\(seed)")
    #expect(timers[.courtesy] == nil || phase == .rejecting || isDrained && phase.takesLines, "\(seed)")
    if case .held = state.poll {} else { #expect(timers[.poll] == nil, "\(seed)") }
    #expect((polling == nil) == (state.poll.open == nil), "\(seed)")
    #expect(isCloseAsked == phase.isEnding || isDisconnected, "\(seed)")
    #expect(isDisconnected == (phase == .closed), "\(seed)")
    #expect(isDisconnected || isRoomAwaited == state.isRoomAwaited, "\(seed)")
    guard !phase.isEnding else { return }
    #expect(taken - written.count == state.replies.count, "each request waits for its reply, once; \(seed)")
    let hasRoom = state.hasRoom(behind: unflushed, isCrowded: isCrowded)
    #expect(!state.isReadHeld || !hasRoom, "\(seed)")
  }

  /// Nothing is under way any more, so that only the client can bring the session on.
  func checkQuiet() {
    guard !state.phase.isEnding else { return }
    #expect(lines.isEmpty || !state.phase.takesLines, "\(seed): lines are left lying")
    #expect(state.replies.isEmpty && unflushed == 0, "\(seed): replies are kept back")
    #expect(!state.isReadHeld, "\(seed): it is not read")
  }
}
