// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRRevision
import PRWire
import TestSeed
import Testing

@testable import PRUpstream

@Suite("A router over pools, in virtual time")
struct UpstreamStoryTests {
  @Test(
    "each waiter is answered once and in its time, and with an answer where one of the upstreams works",
    arguments: Seed.several(10))
  func story(seed: Seed) {
    var story = UpstreamStory(seed)
    story.run(steps: 3_000)
    #expect(story.waiting.isEmpty && story.asked == story.answered, "\(seed)")
    #expect(story.open.allSatisfy { $0.count <= 2 }, "connections are left over: \(story.open); \(seed)")
    #expect(story.answers > 0 && story.failures > 0, "both outcomes occur; \(seed)")
  }
}

/// The shipped router and pools. Their servers, network and clock are made here: the first two upstreams fail in every way, the
/// last one answers.
private struct UpstreamStory {
  static let deadline = Duration.seconds(2)

  enum Happening {
    case pool(Int, UpstreamPool.Event)
    case timer(Int, UpstreamPool.Timer)
    case waiterTimer(Int)
    case reply(Int, UpstreamPool.ConnectionID, UpstreamPool.RequestID)
    case probeReply(Int, UpstreamPool.ConnectionID)
    case end(Int, UpstreamPool.ConnectionID)
  }

  enum Behaviour: CaseIterable { case answers, refuses, hangs, cuts, isUnreachable }

  let seed: Seed
  var numbers: SeededNumbers
  var now = ContinuousClock.now
  var router = UpstreamRouter(deadline: deadline)
  var pools: [UpstreamPool]
  var behaviours: [Behaviour] = [.answers, .answers, .answers]
  /// What is to happen, in the order of its time.
  var agenda: [(at: ContinuousClock.Instant, what: Happening)] = []
  /// Events that came while the actions of an earlier one were carried out, by pool.
  var queues: [[UpstreamPool.Event]] = [[], [], []]
  var isHandling = [false, false, false]
  var open: [Set<UpstreamPool.ConnectionID>] = [[], [], []]
  var waiterTimers: Set<Int> = []
  var questions: [[UpstreamPool.RequestID: UpstreamQuestion]] = [[:], [:], [:]]
  var nextRequest = 0
  var waiting: [Int: (end: ContinuousClock.Instant, isPatient: Bool)] = [:]
  var (asked, answered, answers, failures) = (0, 0, 0, 0)

  init(_ seed: Seed) {
    self.seed = seed
    numbers = seed.numbers
    let options = UpstreamOptions(peers: [], deadline: Self.deadline)
    let start = now
    pools = (0..<3).map { UpstreamPool(UpstreamPoolOptions(options, server: .unix(path: "\($0)")), at: start) }
  }

  mutating func plan(_ what: Happening, after time: Duration) {
    let at = now + time
    let index = agenda.firstIndex { $0.at > at } ?? agenda.endIndex
    agenda.insert((at, what), at: index)
  }

  mutating func run(steps: Int) {
    for pool in pools.indices { handle(pool, .start) }
    for _ in 0..<steps {
      advance(to: now + .milliseconds(Int.random(in: 0..<40, using: &numbers)))
      if Int.random(in: 0..<40, using: &numbers) == 0 {
        behaviours[Int.random(in: 0..<2, using: &numbers)] = Behaviour.allCases.randomElement(using: &numbers) ?? .hangs
      }
      if Bool.random(using: &numbers) { ask() }
    }
    advance(to: now + Self.deadline * 2)
  }

  private mutating func ask() {
    let isPatient = Int.random(in: 0..<4, using: &numbers) > 0
    let time = isPatient ? Self.deadline : .milliseconds(Int.random(in: 1..<50, using: &numbers))
    asked += 1
    waiting[asked] = (now + time, isPatient)
    let question = PoolScript.question(Int.random(in: 0..<40, using: &numbers))
    route(.ask(asked, question, within: time))
  }

  private mutating func advance(to end: ContinuousClock.Instant) {
    while let next = agenda.first, next.at <= end {
      agenda.removeFirst()
      now = next.at
      happen(next.what)
    }
    now = end
  }

  private mutating func happen(_ what: Happening) {
    switch what {
    case .pool(let pool, let event):
      if case .dialed(let id, .success) = event { open[pool].insert(id) }
      handle(pool, event)
    case .timer(let pool, let timer): handle(pool, .fired(timer))
    case .waiterTimer(let waiter): if waiterTimers.remove(waiter) != nil { route(.timeIsUp(waiter)) }
    case .reply(let pool, let id, let request):
      guard open[pool].contains(id) else { return }
      let server = pools[pool].options.server
      switch behaviours[pool] {
      case .answers: handle(pool, .replied(id, request, .success(PoolScript.answer)))
      case .refuses: handle(pool, .replied(id, request, .failure(.refused(server, "no"))))
      case .hangs: break
      case .cuts, .isUnreachable: plan(.end(pool, id), after: .zero)
      }
    case .probeReply(let pool, let id):
      guard open[pool].contains(id), behaviours[pool] != .hangs else { return }
      if behaviours[pool] == .isUnreachable { return plan(.end(pool, id), after: .zero) }
      handle(pool, .probed(id, nil))
    case .end(let pool, let id):
      if open[pool].contains(id) { handle(pool, .closed(id, .connection(.disconnected(pools[pool].options.server)))) }
    }
  }

  // MARK: The drivers, with an agenda for an event loop

  private mutating func route(_ event: UpstreamRouter.Event) {
    for action in router.handle(event, upstreams: pools.map(\.availability), at: now) {
      switch action {
      case .send(let question, let pool, let share, _):
        nextRequest += 1
        questions[pool][nextRequest] = question
        handle(pool, .ask(nextRequest, question, within: share))
      case .answer(let waiter, let outcome): check(waiter, outcome)
      case .startTimer(let waiter, let time):
        // A waiter that waits for an earlier question to be settled may have too little time for the next one.
        waiting[waiter]?.isPatient = false
        waiterTimers.insert(waiter)
        plan(.waiterTimer(waiter), after: time)
      case .cancelTimer(let waiter): waiterTimers.remove(waiter)
      }
    }
  }

  private mutating func check(_ waiter: Int, _ outcome: UpstreamRouter.Outcome) {
    guard let entry = waiting.removeValue(forKey: waiter) else {
      Issue.record("a waiter is answered once; \(seed)")
      return
    }
    answered += 1
    #expect(now <= entry.end, "a waiter is answered in its time; \(seed)")
    switch outcome {
    case .success: answers += 1
    case .failure(let error):
      failures += 1
      #expect(!entry.isPatient, "one of the upstreams works, and this is no answer: \(error); \(seed)")
    }
  }

  private mutating func handle(_ pool: Int, _ event: UpstreamPool.Event) {
    queues[pool].append(event)
    guard !isHandling[pool] else { return }
    isHandling[pool] = true
    while !queues[pool].isEmpty {
      let event = queues[pool].removeFirst()
      for action in pools[pool].handle(event, at: now, jitter: .random(in: 0..<1, using: &numbers)) {
        carryOut(action, pool)
      }
    }
    isHandling[pool] = false
  }

  private mutating func carryOut(_ action: UpstreamPool.Action, _ pool: Int) {
    let server = pools[pool].options.server
    let latency = Duration.milliseconds(Int.random(in: 1..<10, using: &numbers))
    switch action {
    case .dial(let id):
      switch behaviours[pool] {
      case .answers, .refuses, .cuts: plan(.pool(pool, .dialed(id, .success(PeerDescription()))), after: latency)
      case .hangs:
        plan(.pool(pool, .dialed(id, .failure(.connection(.timedOut(server, Self.deadline))))), after: Self.deadline)
      case .isUnreachable:
        plan(.pool(pool, .dialed(id, .failure(.connection(.unreachable(server, "refused"))))), after: latency)
      }
    case .close(let id): open[pool].remove(id)
    case .send(let request, let question, let id, _, _):
      if questions[pool][request] != nil { route(.written(question)) }
      plan(.reply(pool, id, request), after: .milliseconds(10))
    case .probe(_, let id, _): plan(.probeReply(pool, id), after: latency)
    case .ping(let ping, _): plan(.pool(pool, .pinged(ping, .success(NodeNews()))), after: latency)
    case .start(let timer, let time): plan(.timer(pool, timer), after: time)
    case .cancel(let timer):
      agenda.removeAll { if case .timer(pool, timer) = $0.what { true } else { false } }
    case .settle(let request, let outcome):
      if let question = questions[pool].removeValue(forKey: request) { route(.settled(question, outcome)) }
    case .tell: break
    }
  }
}
