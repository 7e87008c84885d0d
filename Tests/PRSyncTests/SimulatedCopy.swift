// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRWire
import TestSeed

@testable import PRSync

/// The feed of an upstream: rows are added, a backup is restored, another store takes its place.
struct SimulatedFeed {
  private(set) var store = "hub-0"
  private(set) var rows: [Row] = []
  private(set) var floors: [Floor] = []
  private var made = 0
  /// The rows up to each position that the feed ever had.
  private(set) var known: [FeedPosition: [Row]] = [:]

  init() { remember() }

  mutating func add() {
    made += 1
    rows.append(Row(tuple: TupleKey(version: "p", pkgarch: "all", checksum: "c\(made)"), value: "\(made)"))
    remember()
  }

  mutating func raise() {
    made += 1
    floors.append(
      Floor(package: PackageKey(version: "p", pkgarch: "all"), value: Revision(components: [UInt64(made)])))
  }

  mutating func restore(to count: Int) {
    floors.removeLast(min(floors.count, 1))
    rows.removeLast(max(rows.count - count, 0))
    remember()
  }

  mutating func replace() {
    made += 1
    (store, rows, floors) = ("hub-\(made)", [], [])
    remember()
  }

  private mutating func remember() { known[position(of: rows.count)] = rows }

  func position(of count: Int) -> FeedPosition {
    var position = FeedPosition.start(of: store)
    for row in rows.prefix(count) { position.digest.add(row) }
    position.serial = Int64(clamping: count)
    return position
  }

  func floorPosition(of count: Int) -> FloorPosition {
    FloorPosition(
      serial: Int64(clamping: count), digest: floors.prefix(count).reduce(into: .start) { $0.add($1) })
  }

  /// A page of two floors at most, from the position or from the start.
  private func floors(after position: FloorPosition) -> FloorPage {
    let count = Int(clamping: position.serial)
    let start = count <= floors.count && floorPosition(of: count) == position ? count : 0
    let end = min(start + 2, floors.count)
    return FloorPage(
      start: FloorPosition(serial: Int64(clamping: start), digest: .start), position: floorPosition(of: end),
      floors: Array(floors[start..<end]), hasMore: end < floors.count)
  }

  /// What a server of ours answers.
  func answer(_ query: ChangesQuery) -> ChangesAnswer {
    let after = Int(clamping: query.after)
    guard query.store == nil || query.store == store else { return .reset(FeedReset.store.rawValue) }
    guard after <= rows.count else { return .reset(FeedReset.shorter.rawValue) }
    guard query.store == nil || query.digest == position(of: after).digest.description else {
      return .reset(FeedReset.digest.rawValue)
    }
    let last = min(after + query.limit, rows.count)
    return .page(
      ChangesAnswer.Page(
        store: store, last: Int64(clamping: last), digest: position(of: last).digest.description,
        hasMore: last < rows.count, rows: Array(rows[after..<last]), floors: query.floors.map(floors)))
  }
}

/// The copies of a node, as its database has them.
struct SimulatedCopy {
  struct Content {
    var position: FeedPosition?
    var rows: [Row] = []
  }

  var copy = Content()
  var fresh: Content?
  private(set) var floors: Set<Floor> = []
  private var floorPosition: FeedPosition?

  var positions: FeedSync.Positions {
    FeedSync.Positions(copy: copy.position, fresh: fresh?.position, floors: floorPosition)
  }

  /// - Parameter isForgetful: takes over the position alone.
  mutating func raise(_ page: FloorPage, of store: String, isForgetful: Bool) {
    if !isForgetful { floors.formUnion(page.floors) }
    let known = floorPosition.flatMap { $0.store == store ? FloorPosition(serial: $0.serial, digest: $0.digest) : nil }
    guard page.start == known ?? .start || page.start == .start else { return }
    floorPosition = FeedPosition(store: store, serial: page.position.serial, digest: page.position.digest)
  }

  /// - Parameter isBlind: writes wherever the copy is.
  mutating func write(
    _ page: FeedPage, from start: FeedPosition?, _ target: FeedSync.Target, isBlind: Bool
  ) -> CopyOutcome {
    guard var content = target == .copy ? copy : fresh, isBlind || content.position == start else { return .movedOn }
    content.position = page.position
    content.rows += page.rows
    if target == .copy { copy = content } else { fresh = content }
    return .applied(news: page.rows.count)
  }

  mutating func beginFresh() { fresh = Content() }

  mutating func swap() -> Int? {
    guard let fresh, fresh.position != nil else { return nil }
    let vanished = copy.rows.count { !fresh.rows.contains($0) }
    (copy, self.fresh) = (fresh, nil)
    return vanished
  }
}
