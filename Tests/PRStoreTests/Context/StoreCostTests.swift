// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Synchronization
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// Cost is counted, not timed: in steps of SQLite's virtual machine, of all connections of a store.
@Suite("What the store's verbs cost", .ownThreads)
struct StoreCostTests {
  /// How many rows and values the smaller database has; the other has ten times as many.
  private static let base = (rows: 10_000, values: 1_000)

  /// What each verb costs on a database, by its name.
  private func costs(_ scale: Int, _ verbs: [(String, StoreVerb)]) async throws -> [String: Int] {
    let folder = try TemporaryFolder()
    let database = try LargeDatabase(
      folder.file("pr.sqlite3"), rows: Self.base.rows * scale, values: Self.base.values * scale)
    var options = StoreOptions(path: database.path, durability: .off)
    // The mark is written by a timer: its reads belong to no verb.
    options.keepsMark = false
    let store = try Store.open(options).store
    try await database.settle(store)
    try await database.fillCopy(of: store)
    var costs: [String: Int] = [:]
    for (name, verb) in verbs {
      costs[name] = try await StepCount.median(of: database.path) { try await verb(store) }
    }
    store.close()
    return costs
  }

  private static func write(_ body: @escaping @Sendable (any WriteContext) throws(StoreError) -> Void) -> StoreVerb {
    { store in try await store.write(body) }
  }

  private static func read(
    _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Void
  ) -> StoreVerb {
    { store in try await store.read(body) }
  }

  private static let flip = LargeDatabase.flip
  private static let fresh = LargeDatabase.tuple(9_000_000)
  private static let next = Counter()

  private static let verbs: [(String, StoreVerb)] = [
    ("the facts of a new tuple", write { context throws(StoreError) in _ = try context.facts(for: fresh, .none) }),
    (
      "the facts of a tuple with many values",
      write { context throws(StoreError) in
        _ = try context.facts(
          for: flip, .kept, upstream: UpstreamFacts(greatest: revision("3"), value: revision("3")))
      }
    ),
    (
      "a new row",
      write { context throws(StoreError) in
        try context.record(TupleKey(package: LargeDatabase.large, checksum: "n\(next.value)"), nextValue(), .test)
      }
    ),
    (
      "a new value of a tuple with many",
      write { context throws(StoreError) in
        let facts = try context.facts(for: flip, .none)
        try context.record(flip, (try? facts.greatest?.next()) ?? revision("0"), .test)
      }
    ),
    (
      "an import of a taken value",
      write { context throws(StoreError) in _ = try context.holder(of: revision("5"), besides: fresh) }
    ),
    (
      "what an upstream tells of a tuple with many values",
      write { context throws(StoreError) in
        let values = (0..<16).map { _ in revision("\(next.value).1") }
        _ = try context.learn(UpstreamAnswer(greatest: nil, values: values), of: flip, milliseconds: 1)
      }
    ),
    (
      "a bound",
      write { context throws(StoreError) in
        try context.learn(bound: revision("\(50_000_000 + next.value)"), of: LargeDatabase.large)
      }
    ),
    (
      "an imported row",
      write { context throws(StoreError) in
        _ = try context.take(
          TupleKey(package: LargeDatabase.large, checksum: "i\(next.value)"), revision("3.\(next.value)"),
          ImportRules(allowsLower: true), .test)
      }
    ),
    ("the values of a tuple", read { reader throws(StoreError) in _ = try reader.values(of: flip) }),
    ("the copied values of a tuple", read { reader throws(StoreError) in _ = try reader.copiedValues(of: flip) }),
    (
      "to whom a copied value belongs",
      read { reader throws(StoreError) in _ = try reader.rival(for: revision("7.1"), of: flip) }
    ),
    (
      "whether a value is taken",
      read { reader throws(StoreError) in _ = try reader.isTaken(revision("5"), besides: flip) }
    ),
    ("the greatest above", read { reader throws(StoreError) in _ = try reader.greatestAbove(LargeDatabase.large) }),
    (
      "a page of an export of one checksum",
      read { reader throws(StoreError) in
        _ = try reader.page(of: RowFilter(checksum: "nothing", history: .kept), from: .start, size: 64)
      }
    ),
    (
      "a page of an export of one version",
      read { reader throws(StoreError) in
        _ = try reader.page(of: RowFilter(version: "large-1-r0", history: .kept), from: .start, size: 64)
      }
    ),
    (
      "a page of the greatest", read { reader throws(StoreError) in _ = try reader.page(of: RowFilter(), from: .start) }
    ),
    (
      "a page of the greatest with the copy",
      read { reader throws(StoreError) in _ = try reader.page(of: RowFilter(), from: .start, includesCopy: true) }
    ),
  ]

  private static func nextValue() -> Revision { revision("\(20_000_000 + next.value)") }

  @Test("does not depend on how many rows a package has, or values a checksum")
  func constant() async throws {
    let (few, many) = (try await costs(1, Self.verbs), try await costs(10, Self.verbs))
    for (name, _) in Self.verbs {
      let (one, ten) = (try #require(few[name]), try #require(many[name]))
      #expect(one > 0, "\(name) is not counted")
      #expect(ten <= one + one / 5 + 20, "\(name): \(one) steps, and \(ten) with ten times as many rows")
    }
  }
}

private typealias StoreVerb = @Sendable (Store) async throws -> Void

/// A number that no verb has had before.
private final class Counter: Sendable {
  private let state = Atomic(0)
  var value: Int { state.wrappingAdd(1, ordering: .relaxed).newValue }
}
