// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRRevision
import PRStore
import Synchronization
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: decisions", .ownThreads)
struct DecisionContractTests {
  private let databases = EngineDatabases()

  /// Everything that a decision can change.
  private static func changeAll(_ context: any WriteContext, _ engine: EngineUnderTest) throws(StoreError) {
    _ = try context.count(.checksum("failing"))
    try context.keep(.level, "9")
    try context.forget(.checked)
    guard engine.keepsCopy else { return }
    try context.learn(bound: revision("50"), of: .busybox)
    try context.learn(UpstreamAnswer(greatest: nil, values: [revision("40")]), of: .checksum("a"), milliseconds: 1)
    _ = try context.copy([.busybox("b", "41")], source: nil, milliseconds: 1)
    _ = try context.beginFreshCopy()
    _ = try context.copyFresh([.busybox("b", "42")])
  }

  @Test(
    "one that fails is undone whole, and the others of its group are made", arguments: EngineUnderTest.allCases,
    [0, 3, 7])
  func failing(engine: EngineUnderTest, position: Int) async throws {
    let database = try databases.make(engine)
    let store = try database.open()
    try await store.write { context throws(StoreError) in try context.keep(.checked, "yes") }
    let (log, gate) = (OutcomeLog(store), DispatchSemaphore(value: 0))
    await log.hold(gate)
    for number in 0..<8 {
      log.submit("\(number)") { context throws(StoreError) in
        guard number != position else {
          try Self.changeAll(context, engine)
          throw .taken(.busybox, value: "1", holder: "a")
        }
        return Int(try context.count(.checksum("\(number)")).components[0])
      }
    }
    gate.signal()
    let outcomes = await log.close().filter { $0.name != "gate" }.sorted { $0.name < $1.name }
    let expected: [Result<Int, StoreError>] = (0..<8).map { number in
      if number == position { return .failure(.taken(.busybox, value: "1", holder: "a")) }
      return .success(number < position ? number : number - 1)
    }
    #expect(outcomes.map(\.result) == expected)
    let again = try database.open()
    let others = (0..<8).filter { $0 != position }.enumerated().map { Row.busybox("\($1)", "\($0)") }
    #expect(try await again.feed().rows == others)
    #expect(try await again.export(RowFilter(history: .kept)) == others)
    let left = try await again.read { reader throws(StoreError) in
      (try reader.note(.level), try reader.note(.checked), try reader.greatestAbove(.busybox), try reader.copiedRows())
    }
    #expect(left == (nil, "yes", nil, 0))
    #expect(try await again.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 2) == nil, "there is no fresh copy")
  }

  @Test("reads inside a decision see what it and those before it have written", arguments: EngineUnderTest.allCases)
  func inside(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let seen = try await store.write { context throws(StoreError) in
      var seen: [String?] = []
      for checksum in ["a", "b", "a"] {
        _ = try context.count(.checksum(checksum))
        seen.append(try context.reader.greatest(of: .busybox)?.text)
        seen.append(try context.reader.value(of: .checksum("a"), .kept)?.text)
      }
      seen.append(String(try context.reader.newestSerial()))
      return seen
    }
    #expect(seen == ["0", "0", "1", "0", "2", "0", "3"])
  }

  @Test("those of a client are made in the order in which they came", arguments: EngineUnderTest.allCases)
  func order(engine: EngineUnderTest) async throws {
    let log = OutcomeLog(try databases.open(engine))
    let gate = DispatchSemaphore(value: 0)
    await log.hold(gate)
    for number in 0..<300 {
      log.submit("\(number)") { context throws(StoreError) in
        Int(try context.count(.checksum("\(number % 5)")).components[0])
      }
    }
    gate.signal()
    #expect(await log.close().dropFirst().map(\.result) == (0..<300).map { .success($0) })
  }

  @Test("the outcome is passed on once the row is committed", arguments: EngineUnderTest.allCases)
  func committed(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let read = DispatchSemaphore(value: 0)
    let seen = Mutex<[String?]>([])
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      store.write { context throws(StoreError) in
        try context.count(.checksum("a"))
      } done: { _ in
        // The writer's thread waits here, so that it cannot commit meanwhile.
        store.read { reader throws(StoreError) in
          try reader.greatest(of: .busybox)?.text
        } done: { outcome in
          seen.withLock { $0.append(try? outcome.get()) }
          read.signal()
        }
        read.wait()
        continuation.resume()
      }
    }
    #expect(seen.withLock(\.self) == ["0"])
  }

  @Test(
    "many at once get a value each, and all are there when the store is opened again",
    arguments: EngineUnderTest.allCases)
  func concurrent(engine: EngineUnderTest) async throws {
    let database = try databases.make(engine)
    let store = try database.open()
    let rows = try await withThrowingTaskGroup(of: Row.self) { group in
      for number in 0..<120 {
        let tuple = TupleKey("package-\(number % 3)", "all", "\(number)")
        group.addTask { Row(tuple: tuple, value: try await store.count(tuple).text) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let figures = store.figures
    #expect(figures.decisions == 120 && figures.commits <= 120)
    store.close()
    let feed = try await database.open().feed(limit: 1)
    #expect(Set(feed.rows) == Set(rows) && feed.positions.map(\.serial) == Array(1...120))
    #expect(Set(rows.map { [$0.tuple.package.version, $0.value] }).count == 120)
  }

  @Test("a store that is closed finishes what was submitted, and takes no more", arguments: EngineUnderTest.allCases)
  func closed(engine: EngineUnderTest) async throws {
    let database = try databases.make(engine)
    let store = try database.open()
    let (log, gate) = (OutcomeLog(store), DispatchSemaphore(value: 0))
    await log.hold(gate)
    log.submit("early") { context throws(StoreError) in Int(try context.count(.checksum("a")).components[0]) }
    gate.signal()
    #expect(await log.close().last?.result == .success(0))
    await #expect(throws: StoreError.closed) { try await store.record([.busybox("late", "1")]) }
    #expect(try await database.open().feed().rows == [.busybox("a", "0")])
  }

  @Test("a store that is opened to store nothing refuses decisions, and reads", arguments: EngineUnderTest.allCases)
  func readOnly(engine: EngineUnderTest) async throws {
    let database = try databases.make(engine)
    let store = try database.open()
    try await store.record([.busybox("a", "1")])
    let reader = try database.open(isReadOnly: true)
    #expect(reader.isReadOnly && !store.isReadOnly && !store.isFrozen)
    #expect(reader.writerProgress == nil && store.writerProgress != nil)
    #expect(reader.identity == store.identity && reader.hasFeed)
    let refusal = StoreError.readOnly(path: reader.path)
    await #expect(throws: refusal) { try await reader.record([.busybox("b", "2")]) }
    #expect(try await reader.greatest(.busybox) == "1")
    try await store.record([.busybox("b", "2")])
    #expect(try await reader.greatest(.busybox) == "2")
    #expect(store.troubles.isEmpty)
  }
}
