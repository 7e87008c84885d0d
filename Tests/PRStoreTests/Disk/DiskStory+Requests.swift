// SPDX-License-Identifier: Apache-2.0
import PRRevision
import StoreCheck
import TestDisk
import TestStore

@testable import PRStore
@testable import PRStoreSQLite

/// What clients ask.
extension DiskStory {
  private static let packages = ["busybox", "zlib", "Ünï"].map { PackageKey(version: $0, pkgarch: "all") }
  private static let numbering = Numbering.partitioned(Partition(level: 1, lane: .only))

  private func package() -> PackageKey { Self.packages[number(below: Self.packages.count)] }

  private func tuple() -> TupleKey { TupleKey(package: package(), checksum: "c\(number(below: 12))") }

  /// Several clients at one moment, whose decisions are one transaction.
  func ask(_ process: StoreProcess, count: Int) {
    record.count { $0.requests += count }
    for _ in 0..<count {
      let tuple = tuple()
      let (record, isEarly) = (record, plan.answersEarly)
      record.change { $0.ask(StoredRow(tuple, "").tuple) }
      process.store.write(for: process.clients[number(below: process.clients.count)]) { context throws(StoreError) in
        let value = try Self.decide(tuple, context)
        if isEarly, let value { record.answer("\(tuple) early", { $0.answer(StoredRow(tuple, value.text)) }) }
        return value
      } done: { outcome in
        switch outcome {
        case .success(let value?): record.answer("\(tuple): \(value)", { $0.answer(StoredRow(tuple, value.text)) })
        case .success(nil): record.fault("no value for \(tuple)")
        case .failure(let error): record.refuse(error, "\(tuple)")
        }
      }
    }
    process.time.run()
  }

  private static func decide(_ tuple: TupleKey, _ context: any WriteContext) throws(StoreError) -> Revision? {
    let above = try context.upstreamView(of: tuple)
    let facts = try context.facts(for: tuple, .none, upstream: above)
    switch numbering.decide(.none, local: facts, upstream: .facts(above)) {
    case .answer(let value, _): return value
    case .record(let value, let reason):
      try context.record(tuple, value, Provenance(.rule(reason), asker: "c", milliseconds: 1))
      return value
    case .askUpstream, .refuse: return nil
    }
  }

  /// A point read of an event loop. Its snapshot may stay open.
  func readCurrent(_ process: StoreProcess) {
    record.count { $0.requests += 1 }
    let tuple = tuple()
    do {
      guard let reader = try process.eventLoopReader() else { return }
      if let value = try reader.current(tuple) {
        record.answer("read \(tuple): \(value)") { $0.answer(StoredRow(tuple, value)) }
      }
      if chance(1, of: 2) { try reader.endSnapshot() }
    } catch let error as StoreError {
      record.refuse(error, "a read")
    } catch {
      record.fault("a read: \(error)")
    }
  }

  func raise(_ process: StoreProcess) {
    record.count { $0.requests += 1 }
    let floor = Floor(package: package(), value: Revision(components: [UInt64(clamping: number(below: 30))]))
    let (record, package) = (record, StoredPackage(floor.package))
    record.change { $0.askFloor(floor.value.text, of: package) }
    process.store.write { context throws(StoreError) in
      try context.raise(floor, FloorProvenance(.operator, source: nil, setter: "a test", milliseconds: 1))
    } done: { outcome in
      switch outcome {
      case .success:
        record.answer("floor \(floor)") { book in
          book.raise(floor.value.text, of: package)
          return nil
        }
      case .failure(let error): record.refuse(error, "a floor")
      }
    }
    process.time.run()
  }

  /// An import, of few rows or of many.
  func take(_ process: StoreProcess) {
    record.count { $0.requests += 1 }
    let (package, first) = (package(), number(below: 40))
    let rows = (0..<(chance(1, of: 5) ? 70 : 3)).map { offset in
      (
        tuple: TupleKey(package: package, checksum: "i\(number(below: 200))"),
        value: Revision(components: [UInt64(clamping: first + offset), 9])
      )
    }
    let (record, rules) = (record, ImportRules(allowsLower: chance(1, of: 2)))
    for row in rows { record.change { $0.ask(StoredRow(row.tuple, "").tuple) } }
    process.run { store in
      do throws(StoreError) {
        let outcomes = try await store.take(rows, rules, .test)
        record.answer("import of \(rows.count): \(outcomes.filter(\.isAddition).count)") { book in
          for (row, outcome) in zip(rows, outcomes) where outcome.isAddition || outcome == .known {
            book.take(StoredRow(row.tuple, row.value.text))
          }
          return nil
        }
      } catch {
        record.refuse(error, "an import")
      }
    }
  }

  /// A follower of this store. It is never sent back to the start, unless rows have left the feed.
  func follow(_ process: StoreProcess) {
    record.count { $0.requests += 1 }
    let (record, start) = (record, follower)
    nonisolated(unsafe) var reached = start  // the callback runs in this function, on this thread
    process.store.changes(after: start, floors: nil, limit: 40) { outcome in
      switch outcome {
      case .success(.page(let page)):
        record.answer("feed to \(page.position.serial)") { _ in
          reached = page.position
          return nil
        }
      case .success(.reset(let reset)):
        reached = nil
        record.answer("feed: \(reset)") { $0.generation == 0 ? "a follower at \(start?.serial ?? 0): \(reset)" : nil }
      case .failure(let error): record.refuse(error, "a follower")
      }
    }
    process.time.run()
    follower = reached
  }

  /// Time passes, in which marks are written and pages go to the database.
  func pass(_ process: StoreProcess) {
    record.note("time passes")
    process.time.pass(.milliseconds([100, 700, 1500, 4000][number(below: 4)]))
  }
}
