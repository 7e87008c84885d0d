// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: reads", .ownThreads)
struct ReadingContractTests {
  private let databases = EngineDatabases()

  @Test(
    "sees what was committed before the call, in every queue", arguments: EngineUnderTest.allCases, ReadQueue.allCases)
  func fresh(engine: EngineUnderTest, queue: ReadQueue) async throws {
    let store = try databases.open(engine)
    for number in 0..<50 {
      #expect(try await store.count(.checksum("a")).text == "\(number)")
      let seen = try await store.read(in: queue) { reader throws(StoreError) in try reader.greatest(of: .busybox)?.text
      }
      #expect(seen == "\(number)")
    }
  }

  @Test("is one snapshot, and decisions do not wait for it", arguments: EngineUnderTest.allCases)
  func snapshot(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.record([.busybox("a", "0")])
    let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    let gate = DispatchSemaphore(value: 0)
    async let seen = store.read(in: .long) { reader throws(StoreError) in
      let first = try reader.greatest(of: .busybox)?.text
      begin.yield()
      gate.wait()
      return [
        first, try reader.greatest(of: .busybox)?.text, String(try reader.newestSerial()),
        try reader.values(of: .checksum("a")).greatest?.text,
      ]
    }
    for await _ in begun { break }
    try await store.record([.busybox("a", "1")])
    gate.signal()
    #expect(try await seen == ["0", "0", "1", "0"])
  }

  @Test("in slices, the turns go round, and each slice is a snapshot of its own", arguments: EngineUnderTest.allCases)
  func slices(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let seen: [String?] = try await withCheckedContinuation { continuation in
      store.read(
        in: .long, for: ReadClient(), from: [String?](),
        { reader, seen throws(StoreError) in
          let now = seen + [try reader.greatest(of: .busybox)?.text]
          guard now.count < 4 else { return ReadStep<[String?], [String?]>.done(now) }
          // The decision is on another thread.
          let written = DispatchSemaphore(value: 0)
          store.write { context throws(StoreError) in
            try context.count(.checksum("a"))
          } done: { _ in
            written.signal()
          }
          written.wait()
          return .again(now)
        }, done: { continuation.resume(returning: $0) })
    }.get()
    #expect(seen == [nil, "0", "1", "2"])
  }

  @Test("an error of the reader's is passed on", arguments: EngineUnderTest.allCases)
  func failing(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    await #expect(throws: StoreError.notARevision) {
      try await store.read { _ throws(StoreError) in throw StoreError.notARevision }
    }
    #expect(try await store.greatest(.busybox) == nil)
  }

  @Test(
    "an event loop's finds the greatest value of a package for its holder alone", arguments: EngineUnderTest.allCases)
  func eventLoop(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.record([.busybox("a", "9"), .busybox("b", "010"), Row(tuple: TupleKey("", "", ""), value: "3.1")])
    if engine.keepsCopy { _ = try await store.copy([.busybox("up", "11")], milliseconds: 1) }
    guard let reader = try store.eventLoopReader() else {
      #expect(!engine.hasEventLoopReader)
      return
    }
    #expect(engine.hasEventLoopReader)
    #expect(try reader.current(.checksum("b")) == "010")
    #expect(try reader.current(TupleKey("", "", "")) == "3.1")
    for checksum in ["a", "up", "none", "", "B", "b "] { #expect(try reader.current(.checksum(checksum)) == nil) }
    #expect(try reader.current(TupleKey("none", "all", "b")) == nil)
  }

  @Test(
    "an event loop's sees what was committed before the call, in an open snapshot too",
    arguments: EngineUnderTest.allCases)
  func eventLoopCommits(engine: EngineUnderTest) async throws {
    let database = try databases.make(engine)
    let store = try database.open()
    let stores = [store, try database.open(isReadOnly: true)]
    let readers = try stores.compactMap { store in try store.eventLoopReader() }
    #expect(readers.count == (engine.hasEventLoopReader ? 2 : 0))
    for reader in readers {
      #expect(!reader.isSnapshotOpen)
      try reader.beginSnapshot()
      #expect(reader.isSnapshotOpen)
    }
    for number in 0..<20 {
      try await store.record([.busybox("c\(number)", "\(number)")])
      for reader in readers {
        #expect(try reader.current(.checksum("c\(number)")) == "\(number)")
        #expect(try reader.current(.checksum("c\(number - 1)")) == nil)
        #expect(reader.isSnapshotOpen)
        if number.isMultiple(of: 3) { try reader.endSnapshot() }
        #expect(reader.isSnapshotOpen != number.isMultiple(of: 3))
      }
    }
    for reader in readers { try reader.endSnapshot() }
  }

  @Test(
    "of a diagnosis see what was committed before the call, and end for a client that has left",
    arguments: EngineUnderTest.allCases)
  func diagnosis(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let reader = try store.diagnosticReader()
    for number in 0..<10 {
      try await store.record([.busybox("c\(number)", "\(number)")])
      let seen = try await reader.read(within: .seconds(600)) { reader throws(StoreError) in
        (try reader.greatest(of: .busybox)?.text, try reader.lastEntries(1).first?.story.checksum)
      }
      #expect(seen == ("\(number)", "c\(number)"))
    }
    let gone = ReadClient()
    gone.leave()
    await #expect(throws: StoreError.interrupted) {
      try await reader.read(within: .seconds(600), for: gone) { _ throws(StoreError) in }
    }
    await #expect(throws: StoreError.abandoned) {
      try await reader.read(within: .seconds(600)) { _ throws(StoreError) in throw StoreError.abandoned }
    }
  }

  @Test(
    "of a diagnosis that are out of time fail, and a search gives what it has found",
    arguments: EngineUnderTest.allCases)
  func outOfTime(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let rows = (0..<4000).map { Row(tuple: TupleKey("v\($0)", "all", "other-\($0)"), value: "0") }
    try await store.record(rows + [.busybox("wanted", "1")])
    let reader = try store.diagnosticReader()
    let found = try await reader.read(within: .zero) { reader throws(StoreError) in
      try reader.find(["other-1"], limit: 100_000)
    }
    #expect(found.isInterrupted && found.isPartial)
    await #expect(throws: StoreError.interrupted) {
      try await reader.read(within: .zero) { reader throws(StoreError) in
        try reader.page(of: RowFilter(checksum: "wanted", history: .kept), from: .start, size: 100_000).rows
      }
    }
    let whole = try await reader.read(within: .seconds(600)) { reader throws(StoreError) in
      try reader.find(["wanted"], limit: 10)
    }
    #expect(whole.entries.map(\.story.checksum) == ["wanted"] && !whole.isInterrupted && !whole.isPartial)
  }
}
