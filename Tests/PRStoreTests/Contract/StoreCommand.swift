// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestSeed
import TestStore

/// Something that a store is told to do.
enum StoreCommand: Sendable {
  case record([Store.ImportedRow])
  /// Puts rows on record, and fails then.
  case abandoned([Store.ImportedRow])
  case take([Store.ImportedRow], ImportRules)
  case learn(TupleKey, UpstreamAnswer)
  case bound(PackageKey, Revision)
  case raise([Floor])
  case floors(FloorPage)
  case copy([Row])
  case page(FeedPage, from: FeedPosition?)
  case beginFresh
  case fresh([Row])
  case freshPage(FeedPage, from: FeedPosition?)
  case swap(SwapPlace, sparingAfter: Int64)
  case keep(StoreMetadata, String)
  case forget(StoreMetadata)
  case reopen

  /// - Returns: what the store answered.
  func apply(to store: Store) async throws(StoreError) -> String {
    switch self {
    case .copy(let rows): return "\(try await store.copy(rows, source: "hub", milliseconds: 2))"
    case .page(let page, let start):
      return "\(try await store.copy(page, from: start, source: "feed", milliseconds: 3))"
    case .floors(let page):
      return "\(try await store.take(page, of: "above", source: "feed", milliseconds: 3))"
    case .beginFresh: return "\(try await store.beginFreshCopy())"
    case .fresh(let rows): return "\(try await store.copyFresh(rows))"
    case .freshPage(let page, let start): return "\(try await store.copyFresh(page, from: start))"
    case .swap(let place, let spared):
      return "\(String(describing: try await store.swapCopies(place, sparingAfter: spared, milliseconds: 4)))"
    case .take(let rows, let rules):
      return "\(try await store.take(rows, rules, Provenance(.imported, asker: nil, milliseconds: nil)))"
    case .reopen: return ""
    default: return try await store.write { context throws(StoreError) in try decide(context) }
    }
  }

  private func decide(_ context: any WriteContext) throws(StoreError) -> String {
    switch self {
    case .record(let rows), .abandoned(let rows):
      var answers: [Bool] = []
      for row in rows {
        guard try context.holder(of: row.value, besides: row.tuple) == nil else { continue }
        answers.append(try context.record(row.tuple, row.value, Provenance(.rule(.next), asker: "x", milliseconds: 1)))
      }
      if case .abandoned = self { throw .abandoned }
      return "\(answers)"
    case .learn(let tuple, let answer): return "\(try context.learn(answer, of: tuple, milliseconds: 5))"
    case .bound(let package, let value): try context.learn(bound: value, of: package)
    case .raise(let floors):
      let provenance = FloorProvenance(.packageIndex, source: "Packages:7", setter: "me", milliseconds: 6)
      return "\(try floors.map { floor throws(StoreError) in try context.raise(floor, provenance) })"
    case .keep(let note, let text): try context.keep(note, text)
    case .forget(let note): try context.forget(note)
    default: break
    }
    return ""
  }
}

/// Makes up what a store is told.
struct CommandGenerator {
  var numbers: SeededNumbers

  static let packages = ["p", "q"].map { PackageKey(version: $0, pkgarch: "all") }
  static let checksums = ["a", "b", "c", "Ünï"]
  static let tuples = packages.flatMap { package in checksums.map { TupleKey(package: package, checksum: $0) } }
  /// A package that gets many rows.
  static let many = PackageKey(version: "many", pkgarch: "x86")

  private mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &numbers) }

  private mutating func value() -> Revision {
    Revision(components: (0..<number(1...3)).map { _ in UInt64(clamping: number(0...9)) })
  }

  private mutating func tuple() -> TupleKey { Self.tuples[number(0...(Self.tuples.count - 1))] }

  private mutating func imported() -> [Store.ImportedRow] {
    guard number(0...9) > 0 else {
      let first = number(0...200)
      return (0..<90).map { offset in
        let checksum = "c\((first + offset) % 40)"
        return (
          TupleKey(package: Self.many, checksum: checksum), Revision(components: [UInt64(clamping: first + offset)])
        )
      }
    }
    return (0..<number(1...4)).map { _ in (tuple(), value()) }
  }

  private mutating func copied() -> [Row] {
    if number(0...9) == 0 {
      let first = number(0...200)
      return (0..<90).map { offset in
        Row(tuple: TupleKey(package: Self.many, checksum: "u\(offset % 30)"), value: "\(first + offset)")
      }
    }
    return (0..<number(0...5)).map { _ in Row(tuple: tuple(), value: number(0...9) == 0 ? "no number" : value().text) }
  }

  private mutating func page(from start: FeedPosition?) -> (FeedPage, FeedPosition?) {
    let rows = copied()
    var digest = start?.digest ?? .start
    for row in rows { digest.add(row) }
    let serial = (start?.serial ?? 0) + Int64(clamping: rows.count)
    let page = FeedPage(
      position: FeedPosition(store: "above", serial: serial, digest: digest), rows: rows, hasMore: number(0...1) == 0)
    return (page, number(0...5) == 0 ? nil : start)
  }

  private mutating func floors() -> [Floor] {
    (0..<number(1...3)).map { _ in
      Floor(package: number(0...5) == 0 ? Self.many : tuple().package, value: value())
    }
  }

  private mutating func floorPage() -> FloorPage {
    let floors = floors()
    let end = FloorPosition(
      serial: Int64(clamping: floors.count), digest: floors.reduce(into: .start) { $0.add($1) })
    return FloorPage(start: .start, position: end, floors: floors, hasMore: false)
  }

  /// - Parameters:
  ///   - copy: where the copy is.
  ///   - fresh: where the fresh copy is.
  ///   - newest: the serial of the newest row.
  mutating func next(copy: FeedPosition?, fresh: FeedPosition?, newest: Int64) -> StoreCommand {
    switch number(0...19) {
    case 0...4: return .record(imported())
    case 5: return .abandoned(imported())
    case 6: return .take(imported(), ImportRules(allowsLower: number(0...1) == 0, allowsDuplicates: number(0...1) == 0))
    case 7...8:
      let greatest = number(0...1) == 0 ? value() : nil
      return .learn(tuple(), UpstreamAnswer(greatest: greatest, values: (0..<number(0...3)).map { _ in value() }))
    case 9: return .bound(tuple().package, value())
    case 10 where number(0...1) == 0: return number(0...1) == 0 ? .raise(floors()) : .floors(floorPage())
    case 10: return .copy(self.copied())
    case 11...12:
      let (page, start) = page(from: copy)
      return .page(page, from: start)
    case 13: return .beginFresh
    case 14: return .fresh(self.copied())
    case 15:
      let (page, start) = page(from: fresh)
      return .freshPage(page, from: start)
    case 16...17:
      let spared = number(0...1) == 0 ? .max : Int64.random(in: 0...newest, using: &numbers)
      return .swap(number(0...1) == 0 ? .nowhere : .atPosition, sparingAfter: spared)
    case 18: return number(0...1) == 0 ? .keep(.level, "\(number(0...3))") : .forget(.level)
    default: return .reopen
    }
  }
}
