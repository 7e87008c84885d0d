// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension ReadContext {
  /// The rows of the feed behind a position, own and copied.
  ///
  /// - Parameters:
  ///   - position: where the asker is; nil for one that begins.
  ///   - floors: where the asker is among the floors; nil where it asks for none.
  ///   - limit: how many rows, and how many floors, at most.
  ///   - wanted: the rows come with their origins, as far as they have one by now.
  ///   - checked: how far an earlier call has come on its way to the position.
  /// - Returns: the answer, or how far this call has come on its way to the position.
  func changes(
    after position: FeedPosition?, floors: FloorPosition?, limit: Int, origins wanted: OriginsWanted? = nil,
    checked: FeedCheck?, digests: FeedDigests
  ) throws(StoreError) -> ReadStep<FeedCheck?, FeedAnswer> {
    let store = try feedIdentity()
    let position = position ?? .start(of: store)
    guard position.store == store else { return .done(.reset(.store)) }
    let last = try newestSerial()
    guard position.serial <= last else { return .done(.reset(.shorter)) }
    let removals = try removals()
    var begin = digests.nearest(to: position.serial, removals: removals)
    if let checked, checked.removals == removals, checked.serial > begin.serial {
      begin = (checked.serial, checked.digest)
    }
    var walk = FeedWalk(begin, digests, removals)
    try self.walk(&walk, to: position.serial, rows: FeedPageLimit.checkedRows) { _, _ in true }
    guard walk.serial >= position.serial else {
      return .again(FeedCheck(serial: walk.serial, digest: walk.digest, removals: removals))
    }
    guard position.serial == 0 || walk.digest == position.digest else { return .done(.reset(.digest)) }
    let found = try wanted.map { wanted throws(StoreError) in
      try FeedOrigins(after: walk.serial, limit: limit, wanted, in: self)
    }
    let end = min(found?.end ?? last, last)
    var rows: [Row] = []
    var origins: [RowOrigin?] = []
    var bytes = 0
    try self.walk(&walk, to: end, rows: limit) { serial, row in
      rows.append(row)
      if let found { origins.append(found.origins[serial]) }
      bytes += row.size
      return bytes < FeedPageLimit.bytes
    }
    digests.keep(walk.serial, walk.digest, removals: removals)
    let reached = FeedPosition(store: store, serial: walk.serial, digest: walk.digest)
    let hasMore = walk.serial < end || (found?.isFull ?? false && walk.serial < last)
    var page = FeedPage(position: reached, rows: rows, hasMore: hasMore)
    if found != nil { page.origins = origins }
    if let floors { page.floors = try self.floors(after: floors, limit: limit) }
    return .done(.page(page))
  }

  /// Where the feed ends now.
  package func lastPosition() throws(StoreError) -> FeedPosition {
    var walk = FeedWalk((0, .start), FeedDigests(), 0)
    try self.walk(&walk, to: try newestSerial(), rows: .max) { _, _ in true }
    return FeedPosition(store: try feedIdentity(), serial: walk.serial, digest: walk.digest)
  }

  /// Goes along the feed until its end, a number of rows, or until `body` returns false.
  private func walk(
    _ walk: inout FeedWalk, to end: Int64, rows maximum: Int, _ body: (Int64, Row) -> Bool
  ) throws(StoreError) {
    guard walk.serial < end else { return }
    var (passed, count) = (walk, 0)
    let isWhole = try readFeed(after: walk.serial, to: end) { serial, row in
      // Rows that have vanished take time, too.
      guard count < maximum else { return false }
      count += 1
      guard let row else {
        passed.serial = serial
        return true
      }
      passed.pass(row, serial: serial)
      return body(serial, row)
    }
    walk = passed
    if isWhole { walk.serial = end }
  }
}

/// What one slice of a read of the feed is bounded by.
enum FeedPageLimit {
  /// In bytes of names and values. The asker gets the rows behind them with its next question, so that a page is neither
  /// long in the making nor large in memory when its peer does not read.
  static let bytes = 256 << 10

  /// One slice on the way to a position reads no more rows than this.
  static let checkedRows = 4096
}

/// How far a read has come on its way to the position of an asker.
struct FeedCheck: Sendable {
  let serial: Int64
  let digest: FeedDigest
  /// How often rows had left the feed; another number makes the digest void.
  let removals: Int
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
  ///
  /// - Parameters:
  ///   - floors: where the asker is among the floors; nil where it asks for none.
  ///   - limit: how many rows, and how many floors, at most. There are fewer where they are large.
  ///   - origins: the rows come with their origins; nil where those are not asked for.
  package func changes(
    after position: FeedPosition?, floors: FloorPosition?, limit: Int, origins: OriginsWanted? = nil,
    for client: ReadClient = .node,
    done: @escaping @Sendable (Result<FeedAnswer, StoreError>) -> Void
  ) {
    let digests = digests
    read(
      in: .long, for: client, from: FeedCheck?.none,
      { reader, checked throws(StoreError) in
        try reader.changes(
          after: position, floors: floors, limit: limit, origins: origins, checked: checked, digests: digests)
      }, done: done)
  }
}

extension Store {
  /// Has `wake` called once, soon after rows have come or have left: this process's at once, another's within a quarter
  /// of a second.
  ///
  /// - Returns: what ``stopWaiting(_:)`` takes.
  package func waitForRows(_ wake: @escaping @Sendable () -> Void) -> Int {
    let ticket = engine.watch.wait(wake)
    engine.watchOtherProcesses()
    return ticket
  }

  package func stopWaiting(_ ticket: Int) { engine.watch.leave(ticket) }

  /// How far the feed has come, as was announced to the parties that wait; nil before the first announcement.
  package var announcedMark: FeedMark? { engine.watch.mark }
}
