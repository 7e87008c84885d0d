// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRRevision
import PRStore
import PRStoreSQLite
import Synchronization
import TestStore
import TestThreads
import Testing

@Suite("Writes that share a transaction", .ownThreads)
struct GroupCommitTests {
  private let folder: TemporaryFolder
  private let path: String
  private static let taken = StoreError.taken(.busybox, value: "1", holder: "a")

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  @Test("many at once get a row each, and all are there after reopening")
  func concurrent() async throws {
    let store = try Store.writable(path, durability: .full)
    let rows = try await withThrowingTaskGroup(of: [Row].self) { group in
      for task in 0..<32 {
        group.addTask {
          var rows: [Row] = []
          for turn in 0..<20 {
            let tuple = TupleKey("package-\((task + turn) % 3)", "all", "\(task)-\(turn)")
            rows.append(Row(tuple: tuple, value: try await store.count(tuple).text))
          }
          return rows
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    store.close()
    let again = try Store.writable(path)
    #expect(Set(try await again.export(RowFilter(history: .kept))) == Set(rows))
    #expect(Set(rows.map { [$0.tuple.package.version, $0.value] }).count == 640, "a value was given twice")
    #expect(try ForeignProcess(path).feed().map(\.serial) == Array(1...640))
  }

  @Test("one that fails after writing is undone, the others of its group are stored", arguments: [0, 1, 4, 9])
  func failing(position: Int) async throws {
    let log = OutcomeLog(try Store.writable(path))
    let gate = DispatchSemaphore(value: 0)
    let runs = Mutex<[String: Int]>([:])
    await log.hold(gate)
    for number in 0..<10 {
      log.submit("\(number)") { context throws(StoreError) in
        runs.withLock { $0["\(number)", default: 0] += 1 }
        _ = try context.count(.checksum("\(number)"))
        if number == position { throw .abandoned }
        return number
      }
    }
    gate.signal()
    let outcomes = await log.close()
    #expect(outcomes.map(\.name).sorted() == (0..<10).map(String.init) + ["gate"], "each is told once")
    for (name, result) in outcomes where name != "gate" {
      #expect(result == (name == "\(position)" ? .failure(.abandoned) : .success(Int(name) ?? -1)))
    }
    let others = (0..<10).filter { $0 != position }
    #expect(try ForeignProcess(path).rows() == others.enumerated().map { .busybox("\($1)", "\($0)") })
    #expect(try ForeignProcess(path).feed().count == 9)
    let expected = (0..<10).map { $0 < position ? 2 : 1 }
    #expect(
      (0..<10).map { number in runs.withLock { $0["\(number)"] ?? 0 } } == expected, "only what was undone runs again")
  }

  @Test("those that fail before writing disturb nobody")
  func failingEarly() async throws {
    let log = OutcomeLog(try Store.writable(path))
    let gate = DispatchSemaphore(value: 0)
    let runs = Mutex(0)
    await log.hold(gate)
    for number in 0..<60 {
      log.submit("\(number)") { context throws(StoreError) in
        runs.withLock { $0 += 1 }
        if number.isMultiple(of: 3) { throw Self.taken }
        if number % 3 == 1 { throw .notARevision }
        _ = try context.count(.checksum("\(number)"))
        return number
      }
    }
    gate.signal()
    let outcomes = await log.close()
    #expect(outcomes.map(\.name) == ["gate"] + (0..<60).map(String.init))
    #expect(runs.withLock(\.self) == 60)
    for (index, outcome) in outcomes.dropFirst().enumerated() {
      let errors: [Result<Int, StoreError>] = [.failure(Self.taken), .failure(.notARevision)]
      #expect(outcome.result == (index % 3 == 2 ? .success(index) : errors[index % 3]))
    }
    #expect(try ForeignProcess(path).rows().count == 20)
  }

  @Test("a row that the schema refuses fails alone")
  func refusedBySchema() async throws {
    let log = OutcomeLog(try Store.writable(path))
    let other = try ForeignProcess(path)
    try other.run("CREATE UNIQUE INDEX only_one ON PRMAIN (value)")
    try other.insert([Row(tuple: TupleKey("v", "p", "c"), value: "1")])
    let gate = DispatchSemaphore(value: 0)
    await log.hold(gate)
    for number in 0..<3 {
      log.submit("\(number)") { context throws(StoreError) in
        try context.record(.checksum("\(number)"), Revision(components: [UInt64(number)]), .test)
        return number
      }
    }
    gate.signal()
    let outcomes = await log.close().filter { $0.name != "gate" }.sorted { $0.name < $1.name }
    #expect(outcomes.map(\.name) == ["0", "1", "2"])
    #expect(outcomes.first?.result == .success(0) && outcomes.last?.result == .success(2))
    guard case .failure(.refusedBySchema(let detail))? = outcomes.dropFirst().first?.result else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(detail.contains("PRMAIN.value"))
    #expect(try other.feed().dropFirst().map(\.row) == [.busybox("0", "0"), .busybox("2", "2")])
  }

  @Test("more than fit one transaction are all stored, in the order in which they came")
  func large() async throws {
    let log = OutcomeLog(try Store.writable(path))
    let gate = DispatchSemaphore(value: 0)
    await log.hold(gate)
    for number in 0..<1500 {
      log.submit("\(number)") { context throws(StoreError) in
        Int(try context.count(.checksum("\(number)")).components[0])
      }
    }
    gate.signal()
    let outcomes = await log.close().dropFirst()
    #expect(outcomes.map(\.result) == (0..<1500).map { .success($0) })
  }

  @Test("closing finishes what was submitted, and refuses the rest")
  func closes() async throws {
    let store = try Store.writable(path)
    let log = OutcomeLog(store)
    let gate = DispatchSemaphore(value: 0)
    await log.hold(gate)
    for number in 0..<20 {
      log.submit("\(number)") { context throws(StoreError) in
        Int(try context.count(.checksum("\(number)")).components[0])
      }
    }
    gate.signal()
    store.close()
    await #expect(throws: StoreError.closed) { try await store.count(.checksum("late")) }
    let outcomes = await log.close()
    #expect(outcomes.dropFirst().map(\.result) == (0..<20).map { .success($0) })
    #expect(try ForeignProcess(path).rows().count == 20)
    #expect(try await store.greatest(.busybox) == "19", "readers go on")
  }
}
