// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// A digest that follows the end of a feed. Rows that have vanished above count as well: they stay in the feed.
struct FeedChain: Hashable {
  /// A mark's digest covers at least so many rows, and at most about twice as many.
  static let window: Int64 = 1024

  /// Where a mark may have its base, the oldest first; the last is where the chain has come.
  private var points: [FeedPoint]

  /// Begins in front of the last rows of a feed.
  init(endingAt last: Int64) {
    points = [FeedPoint(serial: max(0, last - Self.window), digest: .start)]
  }

  /// Begins where a mark does.
  init(from base: FeedPoint) { points = [base] }

  var last: FeedPoint { points[points.count - 1] }

  /// Follows the feed to its end. Where it has run far ahead the chain begins anew in front of its last rows.
  mutating func follow(_ connection: Connection) throws(StoreError) {
    let end = try Self.lastSerial(connection)
    guard end > last.serial else { return }
    if end - last.serial > 4 * Self.window { self = FeedChain(endingAt: end) }
    try walk(to: end, connection)
  }

  /// The digest at a serial of the feed; nil where the feed ends before.
  static func digest(at serial: Int64, from base: FeedPoint, _ connection: Connection) throws(StoreError) -> FeedDigest?
  {
    // No mark is written over more rows. One that says so is not worth the time.
    guard serial - base.serial <= 8 * window, serial <= (try lastSerial(connection)) else { return nil }
    var chain = FeedChain(from: base)
    try chain.walk(to: serial, connection)
    return chain.last.digest
  }

  /// A mark for the place where the chain is.
  func mark(of store: String) -> StoreMark {
    let base = points.last { $0.serial <= last.serial - Self.window } ?? points[0]
    return StoreMark(store: store, base: base, last: last)
  }

  static func lastSerial(_ connection: Connection) throws(StoreError) -> Int64 {
    max(0, try connection.number("SELECT max(serial) FROM headwater_feed") ?? 0)
  }

  private mutating func walk(to end: Int64, _ connection: Connection) throws(StoreError) {
    let statement = try connection.prepare(
      """
      SELECT serial, version, pkgarch, checksum, value FROM headwater_feed
      WHERE serial > ?1 AND serial <= ?2 ORDER BY serial
      """)
    statement.bind(1, last.serial)
    statement.bind(2, end)
    var digest = last.digest
    while try statement.step() {
      digest.add(statement.bytes(1), statement.bytes(2), statement.bytes(3), statement.bytes(4))
      let serial = statement.number(0)
      if serial.isMultiple(of: Self.window) { points.append(FeedPoint(serial: serial, digest: digest)) }
    }
    if last.serial < end { points.append(FeedPoint(serial: end, digest: digest)) }
    trim()
  }

  /// Keeps the points that a mark of today or tomorrow may need.
  private mutating func trim() {
    let first = points.lastIndex { $0.serial <= last.serial - Self.window } ?? 0
    points.removeFirst(first)
    // Between the base and the end only whole windows are bases.
    let end = last
    points =
      points.dropLast().enumerated().filter { $0.offset == 0 || $0.element.serial.isMultiple(of: Self.window) }
      .map(\.element) + [end]
  }
}
