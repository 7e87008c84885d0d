// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRWire
import TestSeed
import Testing

@testable import PRSync

/// Two processes of one node follow a feed, over lines that are cut, while the feed grows, is restored or replaced.
struct FeedStory {
  /// What a node could do wrong. Each must break a law in a few stories, or the laws are not looked at.
  enum Fault: CaseIterable, Sendable {
    /// Rows are written that do not have the digest that came with them.
    case believesDigests
    /// A page is written wherever the copy is.
    case writesAnywhere
    /// A feed that does not have the position goes on from it.
    case ignoresResets
    /// The copy takes the answer to an earlier question for the answer to the present one.
    case mixesUpAnswers
    /// Floors do not have the digest that came with them.
    case believesFloorDigests
    /// Floors are passed over.
    case losesFloors
    /// Rows of the fresh copy go into the copy.
    case writesIntoCopy
  }

  private struct Process {
    var sync: FeedSync
    /// Each is the carrying out of an action.
    var pending: [FeedSync.Action] = []
  }

  private var numbers: SeededNumbers
  private let fault: Fault?
  private var feed = SimulatedFeed()
  private var node = SimulatedCopy()
  private var processes: [Process] = []
  private var lastReply: Result<FeedSync.Reply, SyncError>?
  private(set) var violation: String?
  private(set) var swaps = 0

  init(_ seed: Seed, fault: Fault? = nil) {
    numbers = seed.numbers
    self.fault = fault
    processes = [connected(), connected()]
  }

  private func connected() -> Process {
    var sync = FeedSync(
      FeedSync.Settings(server: FeedScript.server, store: feed.store, ownStore: "own", page: 3, wait: 60))
    let actions = sync.handle(.begun)
    return Process(sync: sync, pending: actions)
  }

  mutating func live(steps: Int) {
    for _ in 0..<steps where violation == nil {
      switch Int.random(in: 0..<100, using: &numbers) {
      case ..<8: feed.add()
      case ..<12: feed.raise()
      case ..<13: feed.restore(to: .random(in: 0...feed.rows.count, using: &numbers))
      case ..<14:
        feed.replace()
        // Another server answers on connections of its own.
        processes = processes.map { _ in connected() }
      case ..<17: processes[.random(in: 0...1, using: &numbers)] = connected()
      default: step(.random(in: 0...1, using: &numbers))
      }
    }
  }

  /// Lets the processes do what is left, with nothing new above.
  mutating func settle() {
    processes = processes.map { _ in connected() }
    for _ in 0..<2000 where violation == nil {
      step(.random(in: 0...1, using: &numbers))
      if processes.allSatisfy(isWaiting) { break }
    }
    guard violation == nil else { return }
    require(
      node.copy.rows == feed.rows, "all is done, and the copy has \(node.copy.rows.count) of \(feed.rows.count) rows")
    require(feed.floors.allSatisfy(node.floors.contains), "all is done, and floors are missing")
    require(node.floors.allSatisfy { $0.value.components != [666] }, "a floor that was garbled on its way was taken")
    require(processes.allSatisfy(isWaiting), "the pulls come to no end: \(processes.map(\.sync.state))")
  }

  /// All it has to do is to wait for news that there are not.
  private func isWaiting(_ process: Process) -> Bool {
    guard case .asking = process.sync.state, process.pending.count == 1, case .ask(let query, _) = process.pending[0]
    else { return false }
    return isHeldBack(query)
  }

  /// A question for news is answered when there are some.
  private func isHeldBack(_ query: ChangesQuery) -> Bool {
    guard query.wait > 0, case .page(let page) = feed.answer(query) else { return false }
    return page.rows.isEmpty && page.floors?.floors.isEmpty ?? true
  }

  // MARK: Steps

  private mutating func step(_ index: Int) {
    // As a driver does: a question leaves at any time, the other actions have their order.
    let pending = processes[index].pending
    let first = pending.firstIndex { !$0.isQuestion }
    let places = pending.indices.filter { $0 == first || pending[$0].isQuestion }
    guard let place = places.randomElement(using: &numbers) else { return }
    let action = processes[index].pending.remove(at: place)
    guard let event = carryOut(action, index) else { return }
    let actions = processes[index].sync.handle(event)
    processes[index].pending += actions
    check(processes[index])
  }

  private mutating func carryOut(_ action: FeedSync.Action, _ index: Int) -> FeedSync.Event? {
    switch action {
    case .locate: return .located(node.positions)
    case .ask(let query, let start): return answer(query, from: start, index)
    case .raise(let page):
      // The store that the process has connected to.
      node.raise(page, of: processes[index].sync.upstreamStore, isForgetful: fault == .losesFloors)
      return nil
    case .write(let page, let start, let target):
      defer { checkCopy() }
      let place = fault == .writesIntoCopy ? .copy : target
      return .written(node.write(page, from: start, place, isBlind: fault == .writesAnywhere))
    case .beginFresh:
      node.beginFresh()
      return .freshBegun
    case .swap:
      swaps += 1
      defer { checkCopy() }
      return .swapped(vanished: node.swap())
    case .complete: return .completed(rows: node.copy.rows.count)
    case .note: return nil
    case .fail:
      processes[index] = connected()
      return nil
    }
  }

  private mutating func answer(_ query: ChangesQuery, from start: FeedPosition?, _ index: Int) -> FeedSync.Event? {
    if isHeldBack(query) {
      processes[index].pending.append(.ask(query, from: start))
      return nil
    }
    var reply = reply(to: query, from: start)
    if Int.random(in: 0..<40, using: &numbers) == 0 { reply = garbled(reply, from: start) }
    if Int.random(in: 0..<40, using: &numbers) == 0 { reply = withGarbledFloor(reply, query) }
    if fault == .mixesUpAnswers, let lastReply, Bool.random(using: &numbers) { reply = lastReply }
    lastReply = reply
    return .answered(reply)
  }

  private func reply(to query: ChangesQuery, from start: FeedPosition?) -> Result<FeedSync.Reply, SyncError> {
    switch feed.answer(query) {
    case .reset(let reason):
      guard fault == .ignoresResets, let start else { return .success(.reset(reason)) }
      var page = ChangesAnswer.Page(
        store: start.store, last: start.serial + 1, digest: "", hasMore: false, rows: [FeedScript.row(start.serial + 1)]
      )
      page.digest = digest(of: page, from: start).description
      return .success(.page(page, digest: digest(of: page, from: start), floorDigest: nil, waited: nil))
    case .page(let page):
      return .success(
        .page(
          page, digest: digest(of: page, from: start), floorDigest: floorDigest(of: page, query),
          waited: query.wait > 0 ? .seconds(30) : nil))
    }
  }

  private func floorDigest(of page: ChangesAnswer.Page, _ query: ChangesQuery) -> FeedDigest? {
    page.floors.map { floors in
      let isBehind = floors.start.serial == query.floors?.serial
      return floors.floors.reduce(into: isBehind ? query.floors?.digest ?? .start : .start) { $0.add($1) }
    }
  }

  /// A floor on its way is another one.
  private func withGarbledFloor(
    _ reply: Result<FeedSync.Reply, SyncError>, _ query: ChangesQuery
  ) -> Result<FeedSync.Reply, SyncError> {
    guard case .success(.page(var page, let digest, _, let waited)) = reply, page.floors?.floors.isEmpty == false
    else { return reply }
    page.floors?.floors[0].value = Revision(components: [666])
    let believed = page.floors?.position.digest
    let computed = floorDigest(of: page, query)
    return .success(
      .page(
        page, digest: digest, floorDigest: fault == .believesFloorDigests ? believed : computed, waited: waited))
  }

  private func digest(of page: ChangesAnswer.Page, from start: FeedPosition?) -> FeedDigest {
    var digest = start?.digest ?? .start
    for row in page.rows { digest.add(row) }
    return digest
  }

  /// A row on its way is another one.
  private func garbled(
    _ reply: Result<FeedSync.Reply, SyncError>, from start: FeedPosition?
  ) -> Result<FeedSync.Reply, SyncError> {
    guard case .success(.page(var page, _, let floors, let waited)) = reply, !page.rows.isEmpty else { return reply }
    page.rows[0] = Row(tuple: page.rows[0].tuple, value: "666")
    let computed = digest(of: page, from: start)
    let believed = fault == .believesDigests ? FeedDigest(page.digest) ?? computed : computed
    return .success(.page(page, digest: believed, floorDigest: floors, waited: waited))
  }

  // MARK: Laws

  private mutating func require(_ isTrue: Bool, _ text: String) {
    if !isTrue, violation == nil { violation = text }
  }

  /// The copy is what a feed was at the position that stands beside it.
  private mutating func checkCopy() {
    guard let position = node.copy.position else { return require(node.copy.rows.isEmpty, "rows without a position") }
    let rows = feed.known[position]
    require(rows == node.copy.rows, "no feed ever was what the copy is at \(position.store) \(position.serial)")
  }

  private mutating func check(_ process: Process) {
    let questions = process.pending.count(where: \.isQuestion)
    let writes = process.pending.count { if case .write = $0 { true } else { false } }
    require(questions <= 1 && writes <= 1, "\(questions) questions and \(writes) writes at once")
    let isEnding = process.pending.contains { if case .fail = $0 { true } else { false } }
    require(process.sync.state != .ended || isEnding, "it has ended, and no failure says why")
    require(!process.pending.isEmpty, "nothing is under way in \(process.sync.state)")
  }

  static func violation(_ seed: Seed, _ fault: Fault? = nil) -> String? {
    var story = FeedStory(seed, fault: fault)
    story.live(steps: 300)
    story.settle()
    return story.violation
  }
}

extension FeedSync.Action {
  fileprivate var isQuestion: Bool { if case .ask = self { true } else { false } }
}

@Suite("Stories of feeds that are followed")
struct FeedStoryTests {
  @Test("the copy is at all times what a feed was, and in the end what the feed is")
  func stories() {
    for seed in Seed.several(300) {
      let violation = FeedStory.violation(seed)
      #expect(violation == nil, "\(seed)")
      if violation != nil { return }
    }
  }

  @Test("fresh copies take the place of others in them")
  func topics() {
    let swaps = (0..<30 as Range<UInt64>).map { number in
      var story = FeedStory(Seed(number))
      story.live(steps: 300)
      return story.swaps
    }
    #expect(swaps.reduce(0, +) > 30)
  }

  @Test("a node that does wrong is found out", arguments: FeedStory.Fault.allCases)
  func faults(fault: FeedStory.Fault) {
    #expect((0..<200 as Range<UInt64>).contains { FeedStory.violation(Seed($0), fault) != nil })
  }
}
