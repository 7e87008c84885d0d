// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire
import Testing

@testable import PRUpstream

@Suite("The course of the questions over several upstreams")
struct UpstreamRouterTests {
  /// What becomes of one question, with two upstreams and a deadline of 1000 ms. Waiter 1 asked it.
  enum State: CaseIterable {
    case unknown
    /// The first upstream has it.
    case first, firstWritten
    /// Waiter 2 came after it was written.
    case firstLate
    /// The first upstream failed at once, the second has it.
    case second, secondWritten, secondLate
  }

  enum Event: CaseIterable { case ask, askShort, written, answered, failed, timeIsUp }

  /// Waiter 3 asks, for as long as the deadline or for 10 ms; the timer of waiter 1 fires, which has none unless a late event
  /// of the driver says so.
  static let table: [(State, Event, String)] = [
    (.unknown, .ask, "send to 0 within 500"), (.unknown, .askShort, "timer 3 10, send to 0 within 500"),
    (.unknown, .written, ""), (.unknown, .answered, ""), (.unknown, .failed, ""), (.unknown, .timeIsUp, ""),

    (.first, .ask, ""), (.first, .askShort, "timer 3 10"), (.first, .written, ""), (.first, .answered, "1 answered"),
    (.first, .failed, "send to 1 within 1000"), (.first, .timeIsUp, "1 timed out"),

    (.firstWritten, .ask, "timer 3 1000"), (.firstWritten, .askShort, "timer 3 10"), (.firstWritten, .written, ""),
    (.firstWritten, .answered, "1 answered"), (.firstWritten, .failed, "send to 1 within 1000"),
    (.firstWritten, .timeIsUp, "1 timed out"),

    (.firstLate, .ask, "timer 3 1000"), (.firstLate, .askShort, "timer 3 10"), (.firstLate, .written, ""),
    (.firstLate, .answered, "1 answered, send to 0 within 500"), (.firstLate, .failed, "send to 1 within 1000"),
    (.firstLate, .timeIsUp, "1 timed out"),

    (.second, .ask, ""), (.second, .askShort, "timer 3 10"), (.second, .written, ""),
    (.second, .answered, "1 answered"), (.second, .failed, "1 failed"), (.second, .timeIsUp, "1 timed out"),

    (.secondWritten, .ask, "timer 3 1000"), (.secondWritten, .askShort, "timer 3 10"), (.secondWritten, .written, ""),
    (.secondWritten, .answered, "1 answered"), (.secondWritten, .failed, "1 failed"),
    (.secondWritten, .timeIsUp, "1 timed out"),

    (.secondLate, .ask, "timer 3 1000"), (.secondLate, .askShort, "timer 3 10"), (.secondLate, .written, ""),
    (.secondLate, .answered, "1 answered, send to 0 within 500"),
    (.secondLate, .failed, "1 failed, send to 0 within 500"), (.secondLate, .timeIsUp, "1 timed out"),
  ]

  private static let servers = [Endpoint.unix(path: "first"), Endpoint.unix(path: "second")]
  private static let question = UpstreamQuestion.package(PackageKey(version: "v", pkgarch: "p"))
  private static let failure = UpstreamError.refused(servers[0], "no")

  private static func upstreams(_ present: [Bool] = [true, true]) -> [UpstreamAvailability] {
    zip(servers, present).map { UpstreamAvailability(server: $0, absence: $1 ? nil : .away($0, reason: "dead")) }
  }

  private static func describe(_ actions: [UpstreamRouter.Action]) -> String {
    actions.map { action in
      switch action {
      case .send(_, let upstream, let share, let path):
        "send to \(upstream) within \(share.wholeMilliseconds)" + (path == .start ? "" : " via \(path)")
      case .answer(let waiter, .success): "\(waiter) answered"
      case .answer(let waiter, .failure(.timedOut)): "\(waiter) timed out"
      case .answer(let waiter, .failure(.away)): "\(waiter) away"
      case .answer(let waiter, .failure(.stopped)): "\(waiter) stopped"
      case .answer(let waiter, .failure): "\(waiter) failed"
      case .startTimer(let waiter, let time): "timer \(waiter) \(time.wholeMilliseconds)"
      case .cancelTimer(let waiter): "cancel \(waiter)"
      }
    }.joined(separator: ", ")
  }

  private let start = ContinuousClock.now

  private func apply(_ event: Event, to router: inout UpstreamRouter) -> String {
    let (question, upstreams) = (Self.question, Self.upstreams())
    let input: UpstreamRouter.Event =
      switch event {
      case .ask: .ask(3, question, within: .seconds(1))
      case .askShort: .ask(3, question, within: .milliseconds(10))
      case .written: .written(question)
      case .answered: .settled(question, .success(UpstreamAnswer(greatest: nil, values: [])))
      case .failed: .settled(question, .failure(Self.failure))
      case .timeIsUp: .timeIsUp(1)
      }
    return Self.describe(router.handle(input, upstreams: upstreams, at: start))
  }

  private func router(in state: State) -> UpstreamRouter {
    var router = UpstreamRouter(deadline: .seconds(1))
    guard state != .unknown else { return router }
    func apply(_ event: UpstreamRouter.Event) { _ = router.handle(event, upstreams: Self.upstreams(), at: start) }
    apply(.ask(1, Self.question, within: .seconds(1)))
    if [.second, .secondWritten, .secondLate].contains(state) {
      apply(.settled(Self.question, .failure(Self.failure)))
    }
    guard state != .first, state != .second else { return router }
    apply(.written(Self.question))
    if state == .firstLate || state == .secondLate { apply(.ask(2, Self.question, within: .seconds(1))) }
    return router
  }

  @Test("each event in each state does what the table says", arguments: table)
  func pair(state: State, event: Event, actions: String) {
    var router = router(in: state)
    #expect(apply(event, to: &router) == actions)
  }

  @Test("the table names every pair of a state and an event, once")
  func complete() {
    let named = Self.table.map { "\($0.0) \($0.1)" }
    let all = State.allCases.flatMap { state in Event.allCases.map { "\(state) \($0)" } }
    #expect(named.sorted() == all.sorted())
  }

  @Test("a waiter that had a timer loses it with the answer, and one that gave up gets no second answer")
  func timers() {
    var router = UpstreamRouter(deadline: .seconds(1))
    func apply(_ event: UpstreamRouter.Event) -> String {
      Self.describe(router.handle(event, upstreams: Self.upstreams(), at: start))
    }
    #expect(apply(.ask(1, Self.question, within: .milliseconds(5))) == "timer 1 5, send to 0 within 500")
    #expect(apply(.ask(2, Self.question, within: .milliseconds(5))) == "timer 2 5")
    #expect(apply(.timeIsUp(1)) == "1 timed out")
    #expect(apply(.timeIsUp(1)) == "")
    let answer = UpstreamAnswer(greatest: nil, values: [])
    #expect(apply(.settled(Self.question, .success(answer))) == "cancel 2, 2 answered")
    #expect(apply(.settled(Self.question, .success(answer))) == "")
  }

  @Test("upstreams that are absent are passed over, and the first one's absence is the outcome where all are")
  func absence() {
    var router = UpstreamRouter(deadline: .seconds(1))
    func ask(_ waiter: Int, _ present: [Bool]) -> String {
      let event = UpstreamRouter.Event.ask(waiter, Self.question, within: .seconds(1))
      return Self.describe(router.handle(event, upstreams: Self.upstreams(present), at: start))
    }
    #expect(ask(1, [false, false]) == "1 away")
    #expect(ask(2, [false, true]) == "send to 1 within 1000")
    #expect(
      Self.describe(
        router.handle(
          .settled(Self.question, .failure(Self.failure)), upstreams: Self.upstreams([true, true]), at: start))
        == "2 failed", "the first was absent when the question was sent")
    #expect(ask(3, []) == "3 stopped")
  }

  @Test("an upstream that uses its share leaves the others theirs, and no time is left over at the last one")
  func shares() {
    var failover = Failover(over: 2, until: start + .seconds(1))
    #expect(failover.next(after: nil, Self.upstreams(), at: start) == .ask(upstream: 0, within: .milliseconds(500)))
    let later = start + .milliseconds(700)
    #expect(
      failover.next(after: Self.failure, Self.upstreams(), at: later)
        == .ask(upstream: 1, within: .milliseconds(300)))
    #expect(failover.next(after: nil, Self.upstreams(), at: later) == .end(Self.failure))
    var late = Failover(over: 2, until: start)
    #expect(late.next(after: Self.failure, Self.upstreams(), at: start) == .end(Self.failure), "no time is left")
  }

  @Test("a question takes the path of its first asker, and its repetition that of the first who came meanwhile")
  func paths() throws {
    var router = UpstreamRouter(deadline: .seconds(2))
    let question = UpstreamQuestion.package(PackageKey(version: "v", pkgarch: "p"))
    let path = { (store: String) in QuestionPath.start.passing(store) }
    func handle(_ event: UpstreamRouter.Event) -> String {
      Self.describe(router.handle(event, upstreams: Self.upstreams(), at: start))
    }
    #expect(handle(.ask(1, question, within: .seconds(2), via: path("a"))) == "send to 0 within 1000 via a")
    #expect(handle(.ask(2, question, within: .seconds(2), via: path("b"))) == "")
    #expect(handle(.written(question)) == "")
    _ = handle(.ask(3, question, within: .seconds(2), via: path("c")))
    _ = handle(.ask(4, question, within: .seconds(2), via: path("d")))
    #expect(handle(.settled(question, .failure(.away(Self.servers[0], reason: "cut")))).hasSuffix("via a"))
    let answer = UpstreamAnswer(greatest: nil, values: [], level: 0)
    #expect(handle(.settled(question, .success(answer))).hasSuffix("send to 0 within 1000 via c"))
  }

  @Test("a question that came round on the path of one waiter is asked again for the others")
  func foreignPath() {
    var router = UpstreamRouter(deadline: .seconds(2))
    let question = UpstreamQuestion.package(PackageKey(version: "v", pkgarch: "p"))
    let path = { (stores: [String]) in stores.reduce(QuestionPath.start) { $0.passing($1) } }
    func handle(_ event: UpstreamRouter.Event, after time: Duration = .zero) -> String {
      Self.describe(router.handle(event, upstreams: Self.upstreams([true]), at: start + time))
    }
    let circle = path(["u", "own", "u"])
    _ = handle(.ask(1, question, within: .seconds(2), via: path(["u", "own"])))
    _ = handle(.ask(2, question, within: .seconds(2), via: path(["own"])))
    _ = handle(.ask(3, question, within: .seconds(2), via: path(["x", "own"])))
    let loop = handle(.settled(question, .failure(.loop(Self.servers[0], circle))), after: .milliseconds(500))
    #expect(loop == "1 failed, timer 2 1500, send to 0 within 2000 via own, timer 3 1500")
    #expect(
      handle(.settled(question, .success(UpstreamAnswer(greatest: nil, values: [], level: 0)))).contains("2 answered"))
  }
}
