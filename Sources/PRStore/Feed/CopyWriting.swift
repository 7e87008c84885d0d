// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension WriteContext {
  /// Takes rows of the upstream's feed into the copy. Rows and position are one transaction.
  ///
  /// - Parameters:
  ///   - start: where the copy must be for the rows to fit; nil at the beginning.
  ///   - source: whose feed it is, for the story of a row.
  func copy(
    _ slice: FeedSlice, from start: FeedPosition?, source: String? = nil, milliseconds: Int64
  ) throws(StoreError) -> CopyOutcome {
    try checkMayWrite()
    guard try reader.position(.position) == start else { return .movedOn }
    let news = try copy(slice.rows, source: source, milliseconds: milliseconds)
    if let position = slice.position { try keep(.position, position.description) }
    if slice.endsFeed { try keep(CopyState.whole) } else { try beginCopy() }
    return .applied(news: news)
  }

  /// Takes rows into the copy that came without a position: an export of BitBake's server.
  ///
  /// - Returns: how many were news.
  func copy(_ rows: some Sequence<Row>, source: String? = nil, milliseconds: Int64) throws(StoreError) -> Int {
    try checkMayWrite()
    var news = 0
    for row in rows where try copy.add(row) {
      news += 1
      try appendCopied(row, source: source, milliseconds)
    }
    try copy.flush()
    return news
  }
}

extension WriteContext {
  /// Begins a copy that will take the place of the one there is. What was made of another is put away.
  ///
  /// - Returns: false while the exchange for an earlier fresh copy is not finished: see ``swapStep()``.
  func beginFreshCopy() throws(StoreError) -> Bool {
    try checkMayWrite()
    if let progress = try reader.swapProgress() {
      guard !progress.phase.isSwapped else { return false }
      try forget(.swap)
    }
    if try hasFreshCopy() { _ = try putAway(RowTables.fresh.ofCopy) }
    for table in Schema.copy(.fresh) { try reader.connection.execute(table) }
    try forget(.freshPosition)
    return true
  }

  /// Takes rows of the upstream's feed into the fresh copy.
  func copyFresh(_ slice: FeedSlice, from start: FeedPosition?) throws(StoreError) -> CopyOutcome {
    try checkMayWrite()
    guard try reader.position(.freshPosition) == start, try copyFresh(slice.rows) else { return .movedOn }
    if let position = slice.position { try keep(.freshPosition, position.description) }
    return .applied(news: slice.rows.count)
  }

  /// - Returns: false when there is no fresh copy that takes rows.
  func copyFresh(_ rows: some Sequence<Row>) throws(StoreError) -> Bool {
    try checkMayWrite()
    guard try reader.swapProgress() == nil, try hasFreshCopy() else { return false }
    try addFresh(rows)
    return true
  }

  func addFresh(_ rows: some Sequence<Row>) throws(StoreError) {
    let writer: CopyWriter
    if let fresh { writer = fresh } else { writer = try CopyWriter(.fresh, reader.connection) }
    fresh = writer
    let rivals = CopyRivals(before: copy.reader)
    for row in rows { _ = try writer.add(row, rivals: rivals) }
    try writer.flush()
  }

  private func hasFreshCopy() throws(StoreError) -> Bool {
    try reader.connection.hasTable(RowTables.fresh.rows)
  }
}

extension ReadContext {
  /// How far a copy has come; nil when it has not begun.
  package func position(_ note: StoreMetadata) throws(StoreError) -> FeedPosition? {
    try self.note(note).flatMap { FeedPosition($0) }
  }

  /// How many rows the copy has.
  package func copiedRows() throws(StoreError) -> Int {
    Int(clamping: try connection.number("SELECT count(*) FROM headwater_copy") ?? 0)
  }
}

extension Statement {
  func run(_ row: Row) throws(StoreError) {
    bind(row)
    try run()
  }

  func bind(_ row: Row) {
    bind(1, row.tuple.package.version)
    bind(2, row.tuple.package.pkgarch)
    bind(3, row.tuple.checksum)
    bind(4, row.value)
  }
}
