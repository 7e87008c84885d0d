// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRRevision
import PRWire
import TestSeed
import Testing

@testable import PRUpstream

@Suite("Random events for the connections of one upstream")
struct UpstreamPoolSequenceTests {
  @Test(
    "each request is settled once and is under way once, no connection is used after its end, and there is one probe at most",
    arguments: Seed.several(20))
  func events(seed: Seed) {
    var world = PoolWorld(seed)
    world.handle(.start)
    for _ in 0..<2_000 { world.act() }
    world.drain()
    world.handle(.stop)
    world.drain()
    #expect(world.unsettled.isEmpty && world.open.isEmpty, "\(seed)")
    #expect(world.timers.isEmpty, "\(seed): \(world.timers.keys)")
  }
}

/// A server, a network and a clock at random, around one pool; and what must hold whatever they do.
private struct PoolWorld {
  static let server = PoolScript.server

  let seed: Seed
  var numbers: SeededNumbers
  var pool: UpstreamPool
  var now = ContinuousClock.now
  var nextRequest = 0
  var asked = 0
  var failed = 0
  /// The requests without an outcome.
  var unsettled: Set<Int> = []
  /// The connections that are being opened.
  var dialing: [Int] = []
  /// The connections that are open, with the requests whose replies are to come.
  var open: [Int: [Int]] = [:]
  /// The connections on which a probe waits for its reply.
  var probes: Set<Int> = []
  /// By their number: the connection on which a ping waits for its reply.
  var pings: [Int: Int] = [:]
  var lostPings: [Int] = []
  var timers: [UpstreamPool.Timer: ContinuousClock.Instant] = [:]

  init(_ seed: Seed) {
    self.seed = seed
    numbers = seed.numbers
    let options = UpstreamOptions(peers: [], deadline: .seconds(2), ownStore: "own")
    pool = UpstreamPool(UpstreamPoolOptions(options, server: Self.server), at: now)
  }

  mutating func handle(_ event: UpstreamPool.Event) {
    let wasPresent = pool.breaker.isClosed
    for action in pool.handle(event, at: now, jitter: .random(in: 0..<1, using: &numbers)) {
      carryOut(action, wasPresent: wasPresent)
    }
    checkState()
    // What was under way on a connection fails when it is closed.
    while let ping = lostPings.popLast() { handle(.pinged(ping, .failure(PoolScript.cut))) }
  }

  private mutating func carryOut(_ action: UpstreamPool.Action, wasPresent: Bool) {
    switch action {
    case .dial(let id): dialing.append(id)
    case .close(let id):
      #expect(open.removeValue(forKey: id) != nil, "a connection is closed once; \(seed)")
      probes.remove(id)
      lostPings += pings.filter { $0.value == id }.keys.sorted()
      pings = pings.filter { $0.value != id }
    case .send(let request, _, let id, let time, _):
      #expect(open[id] != nil && unsettled.contains(request), "\(seed)")
      #expect(time >= .zero && time <= .seconds(2), "\(seed)")
      #expect(pool.breaker.isClosed || wasPresent, "\(seed)")
      open[id]?.append(request)
    case .probe(let question, let id, _):
      #expect(open[id] != nil && question == question?.probe, "no request is a probe; \(seed)")
      #expect(probes.insert(id).inserted && probes.count == 1, "one probe at a time; \(seed)")
    case .ping(let ping, let id):
      #expect(open[id] != nil, "\(seed)")
      pings[ping] = id
    case .start(let timer, let time):
      #expect(timers.updateValue(now + time, forKey: timer) == nil, "\(timer) runs already; \(seed)")
    case .cancel(let timer): timers[timer] = nil
    case .settle(let request, let outcome):
      #expect(unsettled.remove(request) != nil, "a request is settled once; \(seed)")
      if case .failure = outcome { failed += 1 }
    case .tell: break
    }
  }

  /// What holds between two events.
  private func checkState() {
    #expect(Set(pool.requests.keys) == unsettled, "\(seed)")
    #expect(pool.health.asked == asked && pool.health.failed == failed, "\(seed)")
    #expect(pool.quarantine.count <= Quarantine.maximum, "\(seed)")
    #expect(pool.connections.isolatedCount <= UpstreamPool.maximumIsolated, "\(seed)")
    #expect(pool.connections.servingCount <= 2, "\(seed)")
    for (id, request) in pool.requests {
      let holders = open.keys.filter { connection in
        pool.connections[connection]?.written.contains { $0.request == id && !$0.isMoved } == true
      }
      switch request.state {
      case .waiting:
        #expect(holders.isEmpty, "\(seed)")
        #expect(pool.connections.isDialing || pool.breaker.doubt != nil, "a request waits for something; \(seed)")
      case .isolating(let connection): #expect(holders.isEmpty && dialing.contains(connection), "\(seed)")
      case .sent(let connection, _), .isolated(let connection, _):
        #expect(holders == [connection], "a request is under way once; \(seed)")
      }
    }
    guard !pool.breaker.isClosed else { return }
    #expect(unsettled.isEmpty && open.keys.allSatisfy { $0 == pool.breaker.probe }, "\(seed)")
  }

  // MARK: What happens

  mutating func act() {
    switch Int.random(in: 0..<20, using: &numbers) {
    case 0..<7: ask()
    case 7..<9: dialed()
    case 9..<14: reply()
    case 14: end()
    case 15..<17: probed()
    case 17: ponged()
    default: passTime()
    }
  }

  private mutating func ask() {
    nextRequest += 1
    asked += 1
    unsettled.insert(nextRequest)
    let question = PoolScript.question(Int.random(in: 0..<300, using: &numbers))
    handle(.ask(nextRequest, question, within: .milliseconds(Int.random(in: 1...2000, using: &numbers))))
  }

  private mutating func dialed() {
    guard let index = dialing.indices.randomElement(using: &numbers) else { return }
    let id = dialing.remove(at: index)
    guard Int.random(in: 0..<12, using: &numbers) > 0 else {
      return handle(.dialed(id, .failure(PoolScript.unreachable)))
    }
    open[id] = []
    let isOwn = Int.random(in: 0..<60, using: &numbers) == 0
    handle(.dialed(id, .success(PeerDescription(store: isOwn ? "own" : "other"))))
  }

  /// Replies keep their order on a connection; a request that is too long fails out of it.
  private mutating func reply() {
    let busy = open.filter { !$0.value.isEmpty }.keys.sorted()
    guard let id = busy.randomElement(using: &numbers), let first = open[id]?.first else { return }
    switch Int.random(in: 0..<20, using: &numbers) {
    case 0: fail(id, first, PoolScript.refusal)
    case 1: fail(id, first, PoolScript.nonsense)
    case 2: fail(id, first, PoolScript.cut)
    case 3:
      let exceeded = MessageLimits.Exceeded(option: "--max-line", limit: 1, bytes: 2)
      fail(id, open[id]?.last ?? first, .beyondLimit(Self.server, exceeded))
    default:
      open[id]?.removeFirst()
      handle(.replied(id, first, .success(PoolScript.answer)))
    }
  }

  private mutating func fail(_ id: Int, _ request: Int, _ error: UpstreamError) {
    if let index = open[id]?.firstIndex(of: request) { open[id]?.remove(at: index) }
    handle(.replied(id, request, .failure(error)))
  }

  /// A connection ends; its requests fail after its end, which is the order that the pool must bear.
  private mutating func end() {
    guard let id = open.keys.sorted().randomElement(using: &numbers) else { return }
    let requests = open[id] ?? []
    handle(.closed(id, PoolScript.cut))
    #expect(open[id] == nil, "a connection that has ended is closed; \(seed)")
    for request in requests { handle(.replied(id, request, .failure(PoolScript.cut))) }
  }

  private mutating func probed() {
    guard let id = probes.sorted().randomElement(using: &numbers) else { return }
    probes.remove(id)
    let outcomes: [UpstreamError?] = [nil, nil, nil, PoolScript.refusal, PoolScript.nonsense, PoolScript.cut]
    handle(.probed(id, outcomes.randomElement(using: &numbers) ?? nil))
  }

  private mutating func ponged() {
    guard let ping = pings.keys.sorted().randomElement(using: &numbers) else { return }
    pings[ping] = nil
    let isNonsense = Int.random(in: 0..<20, using: &numbers) == 0
    handle(.pinged(ping, isNonsense ? .failure(PoolScript.nonsense) : .success(NodeNews())))
  }

  /// Time passes up to the next timer at most, which fires then.
  private mutating func passTime() {
    let later = now + .milliseconds(Int.random(in: 0..<400, using: &numbers))
    guard let next = timers.min(by: { ($0.value, "\($0.key)") < ($1.value, "\($1.key)") }), next.value <= later else {
      now = later
      return
    }
    now = max(now, next.value)
    timers[next.key] = nil
    handle(.fired(next.key))
  }

  /// What is under way ends, and no request comes.
  mutating func drain() {
    for _ in 0..<10_000 where !unsettled.isEmpty || !dialing.isEmpty || pool.breaker.isStopped && !timers.isEmpty {
      if dialing.isEmpty || Bool.random(using: &numbers) { passTime() } else { dialed() }
    }
  }
}
