// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRNode

/// What the rules read of a node's rows: the same from the database as from records that look at every row.
@Suite("Records in memory and in the database", .ownThreads)
struct RecordsContractTests {
  private enum Change: Sendable {
    case record(TupleKey, Revision)
    case answer(TupleKey, UpstreamAnswer)
    case bound(PackageKey, Revision)
  }

  /// All that can be read of two packages.
  private struct Picture: Hashable, Sendable {
    var facts: [LocalFacts] = []
    var values: [ToldValues] = []
    var copied: [ToldValues] = []
    var views: [UpstreamFacts] = []
    var taken: [Bool] = []
    var rivals: [String?] = []
    var greatest: [Revision?] = []

    static let packages = ["p", "q"].map { PackageKey(version: $0, pkgarch: "all") }
    static let tuples = packages.flatMap { package in
      ["a", "b", "c", "x"].map { TupleKey(package: package, checksum: $0) }
    }
    static let revisions = ["0", "1", "2", "1.0", "1.1", "1.0.3", "2.10", "9"].map(revision)

    init<Source: Records>(of records: Source) throws(Source.Failure) {
      for tuple in Self.tuples {
        values.append(try records.values(of: tuple))
        copied.append(try records.copiedValues(of: tuple))
        views.append(try records.upstreamView(of: tuple))
        for history in [History.none, .kept] {
          facts.append(try records.facts(for: tuple, history, upstream: nil))
          for ceiling in Self.revisions {
            let upstream = UpstreamFacts(greatest: ceiling, value: ceiling)
            facts.append(try records.facts(for: tuple, history, upstream: upstream))
          }
        }
        for value in Self.revisions {
          taken.append(try records.isTaken(value, besides: tuple))
          rivals.append(try records.rival(for: value, of: tuple))
        }
      }
      for package in Self.packages {
        greatest += [try records.greatest(of: package), try records.greatestAbove(package)]
      }
    }
  }

  private static func changes(_ count: Int, _ numbers: inout SeededNumbers) -> [Change] {
    (0..<count).map { _ in
      let tuple = Picture.tuples.randomElement(using: &numbers)!
      var value: Revision {
        let depth = Int.random(in: 1...3, using: &numbers)
        return revision((0..<depth).map { _ in "\(Int.random(in: 0...11, using: &numbers))" }.joined(separator: "."))
      }
      switch Int.random(in: 0..<6, using: &numbers) {
      case ..<3: return .record(tuple, value)
      case ..<5:
        let values = (0..<Int.random(in: 0...3, using: &numbers)).map { _ in value }
        return .answer(
          tuple, UpstreamAnswer(greatest: values.max(), values: values, level: 0))
      default: return .bound(tuple.package, value)
      }
    }
  }

  /// Values that another checksum has are refused before they get here.
  private static func apply<Target: ChangingRecords>(
    _ change: Change, to records: Target
  ) throws(Target.Failure) {
    switch change {
    case .record(let tuple, let value):
      if try !records.isTaken(value, besides: tuple) { try records.record(tuple, value, .first) }
    case .answer(let tuple, let answer): try records.learn(answer, of: tuple)
    case .bound(let package, let value): try records.learn(bound: value, of: package)
    }
  }

  @Test("tell the rules the same, whatever was recorded and learnt", arguments: Seed.several(20))
  func same(seed: Seed) async throws {
    var numbers = seed.numbers
    let folder = try TemporaryFolder()
    let store = try Store.writable(folder.file("pr.sqlite3"), durability: .off)
    let memory = MemoryRecords()
    for round in 0..<12 {
      let changes = Self.changes(.random(in: 1...12, using: &numbers), &numbers)
      for change in changes { Self.apply(change, to: memory) }
      let expected = Picture(of: memory)
      let written = try await store.write { context throws(StoreError) in
        let records = TransactionRecords(context: context, asker: nil, now: 1)
        for change in changes { try Self.apply(change, to: records) }
        return try Picture(of: records)
      }
      let read = try await store.read { reader throws(StoreError) in try Picture(of: SnapshotRecords(reader)) }
      #expect(written == expected, "in the transaction, round \(round): \(changes); \(seed)")
      #expect(read == expected, "behind it, round \(round): \(changes); \(seed)")
      guard written == expected, read == expected else { return }
    }
  }
}
