// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

@testable import PRNode
@testable import PRSync

/// A node's database as plain arrays. Every fact is found by looking at every row of the package.
final class MemoryRecords: ChangingRecords {
  typealias Failure = Never

  struct Entry {
    let checksum: String
    let value: Revision
  }

  /// What a backup holds.
  struct Contents {
    var own: [PackageKey: [Entry]] = [:]
    var copied: [PackageKey: [Entry]] = [:]
    /// The greatest value that was told without its checksum.
    var bounds: [PackageKey: Revision] = [:]
    var floors: [FloorEntry] = []
    /// How far the upstream's floors are known.
    var floorPosition: FeedPosition?
    /// The level that the upstream told, plus one.
    var level: Int?
    var feed = MemoryFeed()
    /// How far the upstream's feed is in the copy.
    var position: FeedPosition?
    var fresh: FreshCopy?
  }

  /// A copy that is made beside the one in use.
  struct FreshCopy {
    var position: FeedPosition?
    var rows: [Row] = []
  }

  private(set) var contents: Contents
  private let fault: Fault?
  private let tell: (Change) -> Void

  enum Change {
    case stored(TextRow)
    case copied(TextRow)
    case copyDropped
    case bound(PackageKey, Revision)
    case floor(PackageKey, Revision)
  }

  init(_ contents: Contents = Contents(), fault: Fault? = nil, tell: @escaping (Change) -> Void = { _ in }) {
    self.contents = contents
    self.fault = fault
    self.tell = tell
  }

  // MARK: What is read

  func facts(for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?) -> LocalFacts {
    var facts = package(tuple.package).facts(
      for: tuple.checksum, history, upstream: upstream, floor: floor(of: tuple.package))
    switch fault {
    case .ignoresFloors: facts.floor = nil
    case .overlooksHolders: facts.upstreamValueIsTaken = false
    case .overlooksGreatest:
      let greatest = values(of: tuple, in: contents.own).max()
      if facts.standing != .current(greatest ?? Revision(components: [0])) { facts.greatest = greatest }
    default: break
    }
    return facts
  }

  private func package(_ package: PackageKey) -> MemoryPackage { MemoryPackage(rows: contents.own[package] ?? []) }

  func values(of tuple: TupleKey) -> ToldValues { ToldValues(values(of: tuple, in: contents.own)) }

  func copiedValues(of tuple: TupleKey) -> ToldValues { ToldValues(values(of: tuple, in: contents.copied)) }

  private func values(of tuple: TupleKey, in rows: [PackageKey: [Entry]]) -> [Revision] {
    (rows[tuple.package] ?? []).filter { $0.checksum == tuple.checksum }.map(\.value)
  }

  func greatest(of package: PackageKey) -> Revision? { contents.own[package]?.map(\.value).max() }

  func floor(of package: PackageKey) -> Revision? {
    contents.floors.last { $0.floor.package == package }?.floor.value
  }

  func upstreamView(of tuple: TupleKey) -> UpstreamFacts {
    UpstreamFacts(greatest: greatestAbove(tuple.package), value: copiedValues(of: tuple).greatest)
  }

  func greatestAbove(_ package: PackageKey) -> Revision? {
    if fault == .forgetsAbove { return nil }
    return ((contents.copied[package] ?? []).map(\.value) + [contents.bounds[package]].compactMap(\.self)).max()
  }

  func holder(of value: Revision, besides tuple: TupleKey) -> String? {
    package(tuple.package).holder(of: value, besides: tuple.checksum)
  }

  func isTaken(_ value: Revision, besides tuple: TupleKey) -> Bool { holder(of: value, besides: tuple) != nil }

  func rival(for value: Revision, of tuple: TupleKey) -> String? {
    if let holder = holder(of: value, besides: tuple) { return holder }
    let first = contents.copied[tuple.package]?.first { $0.value == value }?.checksum
    return first == tuple.checksum ? nil : first
  }

  // MARK: What is written

  func record(_ tuple: TupleKey, _ value: Revision, _ reason: Reason) {
    if fault == .forgetsAnswers { return }
    store(tuple, value)
  }

  func store(_ tuple: TupleKey, _ value: Revision) {
    guard !values(of: tuple, in: contents.own).contains(where: { $0.text == value.text }) else { return }
    contents.own[tuple.package, default: []].append(Entry(checksum: tuple.checksum, value: value))
    contents.feed.add(Row(tuple: tuple, value: value.text))
    tell(.stored(TextRow(tuple, value)))
  }

  func learn(_ told: UpstreamAnswer, of tuple: TupleKey) {
    for value in ToldValues(told.values).values { copy(tuple, value) }
    if let greatest = told.greatest { learn(bound: greatest, of: tuple.package) }
  }

  func copy(_ tuple: TupleKey, _ value: Revision) {
    guard !values(of: tuple, in: contents.copied).contains(value) else { return }
    contents.copied[tuple.package, default: []].append(Entry(checksum: tuple.checksum, value: value))
    contents.feed.add(Row(tuple: tuple, value: value.text))
    tell(.copied(TextRow(tuple, value)))
  }

  func learn(bound: Revision, of package: PackageKey) {
    let known = (contents.copied[package] ?? []).map(\.value) + [contents.bounds[package]].compactMap(\.self)
    guard known.allSatisfy({ $0 < bound }) else { return }
    contents.bounds[package] = bound
    tell(.bound(package, bound))
  }

  /// - Returns: false when the package has a floor that is not lower.
  @discardableResult
  func raise(_ floor: Floor) -> Bool {
    if let known = self.floor(of: floor.package), known >= floor.value { return false }
    let provenance = FloorProvenance(.operator, source: nil, setter: nil, milliseconds: 0)
    contents.floors.append(FloorEntry(after: contents.floors.last, floor, provenance))
    tell(.floor(floor.package, floor.value))
    return true
  }

  func keep(level: Int) { contents.level = level }

  func restore(_ earlier: Contents) { contents = earlier }
}

// MARK: The copy of the upstream's feed

extension MemoryRecords {
  var positions: FeedSync.Positions {
    FeedSync.Positions(copy: contents.position, fresh: contents.fresh?.position, floors: contents.floorPosition)
  }

  func raise(_ page: FloorPage, of store: String) {
    if fault != .losesFloors { for floor in page.floors { raise(floor) } }
    let known = contents.floorPosition.flatMap { known in
      known.store == store ? FloorPosition(serial: known.serial, digest: known.digest) : nil
    }
    guard page.start == known ?? .start || page.start == .start else { return }
    contents.floorPosition = FeedPosition(
      store: store, serial: page.position.serial, digest: page.position.digest)
  }

  /// The floors behind a position; all where the position is none of these.
  func floors(after position: FloorPosition) -> FloorPage {
    let isHere = contents.floors.contains { $0.serial == position.serial && $0.digest == position.digest }
    let start = isHere ? position : .start
    let entries = contents.floors.filter { $0.serial > start.serial }
    let end = entries.last.map { FloorPosition(serial: $0.serial, digest: $0.digest) } ?? start
    return FloorPage(start: start, position: end, floors: entries.map(\.floor), hasMore: false)
  }

  func write(_ page: FeedPage, from start: FeedPosition?, _ target: FeedSync.Target) -> CopyOutcome {
    let rows = fault == .losesCopiedRows ? page.rows.dropFirst() : page.rows[...]
    switch target {
    case .copy:
      guard contents.position == start else { return .movedOn }
      copy(rows)
      contents.position = page.position
    case .fresh:
      guard let fresh = contents.fresh, fresh.position == start else { return .movedOn }
      contents.fresh = FreshCopy(position: page.position, rows: fresh.rows + rows)
    }
    return .applied(news: rows.count)
  }

  private func copy(_ rows: ArraySlice<Row>) {
    for row in rows { if let value = Revision(row.value) { copy(row.tuple, value) } }
  }

  func beginFresh() { contents.fresh = FreshCopy() }

  /// - Returns: nil when another process was faster.
  func swap() -> Int? {
    guard let fresh = contents.fresh, let position = fresh.position else { return nil }
    (contents.copied, contents.bounds) = ([:], [:])
    tell(.copyDropped)
    copy(fresh.rows[...])
    (contents.position, contents.fresh) = (position, nil)
    let rows = [contents.own, contents.copied].flatMap { rows in
      rows.flatMap { package, entries in
        entries.map { Row(tuple: TupleKey(package: package, checksum: $0.checksum), value: $0.value.text) }
      }
    }
    contents.feed.keep(Set(rows))
    return 0
  }
}

/// A package's own rows, of which each question reads all.
private struct MemoryPackage: PackageRows {
  let rows: [MemoryRecords.Entry]

  var head: PackageHead? { PackageHead.over(rows.map { ($0.checksum, $0.value) }) }

  func values(of checksum: String) -> ToldValues { ToldValues(rows.filter { $0.checksum == checksum }.map(\.value)) }

  func greatest(under ceiling: Revision) -> Revision? { rows.map(\.value).filter { $0.isUnder(ceiling) }.max() }

  func holder(of value: Revision, otherThan checksum: String) -> String? {
    rows.filter { $0.value == value && $0.checksum != checksum }.map(\.checksum).min()
  }
}

extension TextRow {
  init(_ tuple: TupleKey, _ value: Revision) {
    self.init(package: tuple.package.version, checksum: tuple.checksum, value: value.text)
  }
}
