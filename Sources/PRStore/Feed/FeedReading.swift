// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension RowReader {
  /// The rows of the feed behind a position, own and copied.
  ///
  /// - Parameters:
  ///   - position: where the asker is; nil for one that begins.
  ///   - limit: how many rows at most.
  func changes(
    after position: FeedPosition?, limit: Int, digests: FeedDigests
  ) throws(StoreError) -> FeedAnswer {
    guard try connection.hasTable("headwater_feed") else {
      throw .sqlite(
        path: connection.path, detail: "its rows have no serials, since only BitBake's server has written it")
    }
    let store = try SchemaPreparation.identity(connection)
    let position = position ?? .start(of: store)
    guard position.store == store else { return .reset(.store) }
    let last = try lastSerial()
    guard position.serial <= last else { return .reset(.shorter) }
    let removals = Int(try note(.removals) ?? "0") ?? 0
    var walk = FeedWalk(digests.nearest(to: position.serial, removals: removals), digests, removals)
    try self.walk(&walk, to: position.serial) { _ in true }
    guard position.serial == 0 || walk.digest == position.digest else { return .reset(.digest) }
    var rows: [Row] = []
    var bytes = 0
    try self.walk(&walk, to: min(last, position.serial.addingClamped(Int64(clamping: limit)))) { row in
      rows.append(row)
      bytes += row.size
      return bytes < Self.largestPage
    }
    digests.keep(walk.serial, walk.digest, removals: removals)
    let reached = FeedPosition(store: store, serial: walk.serial, digest: walk.digest)
    return .page(FeedPage(position: reached, rows: rows, hasMore: walk.serial < last))
  }

  /// Where the feed ends now; nil on a file without one.
  func lastPosition() throws(StoreError) -> FeedPosition? {
    guard try connection.hasTable("headwater_feed") else { return nil }
    var walk = FeedWalk((0, .start), FeedDigests(), 0)
    try self.walk(&walk, to: try lastSerial()) { _ in true }
    return FeedPosition(
      store: try SchemaPreparation.identity(connection), serial: walk.serial, digest: walk.digest)
  }

  /// In bytes of names and values: a page is made, sent and taken apart in memory.
  private static let largestPage = 4 << 20

  /// The serial of the last row; 0 in an empty feed.
  func lastSerial() throws(StoreError) -> Int64 {
    try connection.number("SELECT max(serial) FROM headwater_feed") ?? 0
  }

  private func walk(_ walk: inout FeedWalk, to end: Int64, _ body: (Row) -> Bool) throws(StoreError) {
    guard walk.serial < end else { return }
    let statement = try connection.prepare(
      """
      SELECT serial, version, pkgarch, checksum, value FROM headwater_feed
      WHERE serial > ?1 AND serial <= ?2 AND origin <> 'vanished' ORDER BY serial
      """)
    statement.bind(1, walk.serial)
    statement.bind(2, end)
    while try statement.step() {
      guard let version = statement.text(1), let pkgarch = statement.text(2), let checksum = statement.text(3),
        let value = statement.text(4)
      else { continue }
      let row = Row(tuple: TupleKey(version: version, pkgarch: pkgarch, checksum: checksum), value: value)
      walk.pass(row, serial: statement.number(0))
      guard body(row) else { return statement.reset() }
    }
    walk.serial = end
  }
}

extension Row {
  fileprivate var size: Int {
    tuple.package.version.utf8.count + tuple.package.pkgarch.utf8.count + tuple.checksum.utf8.count + value.utf8.count
  }
}

/// Where a walk along the feed is.
private struct FeedWalk {
  var serial: Int64
  private(set) var digest: FeedDigest
  private let digests: FeedDigests
  private let removals: Int

  init(_ start: (serial: Int64, digest: FeedDigest), _ digests: FeedDigests, _ removals: Int) {
    (serial, digest) = start
    self.digests = digests
    self.removals = removals
  }

  mutating func pass(_ row: Row, serial: Int64) {
    digest.add(row)
    self.serial = serial
    if serial.isMultiple(of: FeedDigests.spacing) { digests.keep(serial, digest, removals: removals) }
  }
}

extension Store {
  /// The rows of the feed behind a position.
  public func changes(
    after position: FeedPosition?, limit: Int, done: @escaping @Sendable (Result<FeedAnswer, StoreError>) -> Void
  ) {
    let digests = digests
    read(
      { reader throws(StoreError) in try reader.changes(after: position, limit: limit, digests: digests) }, done: done)
  }
}

extension Store {
  /// Has `wake` called once, soon after rows may have come: this process's at once, another's within a quarter of a
  /// second.
  ///
  /// - Returns: what ``stopWaiting(_:)`` takes.
  public func waitForRows(_ wake: @escaping @Sendable () -> Void) -> Int {
    let ticket = watch.wait(wake)
    foreignRows.start()
    return ticket
  }

  public func stopWaiting(_ ticket: Int) { watch.leave(ticket) }
}
