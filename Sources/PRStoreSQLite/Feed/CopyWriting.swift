// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension SQLiteWriteContext {
  package func copy(_ rows: ArraySlice<Row>, source: String?, milliseconds: Int64) throws(StoreError) -> Int {
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

extension SQLiteWriteContext {
  package func beginFreshCopy() throws(StoreError) -> Bool {
    try checkMayWrite()
    if let progress = try snapshot.swapProgress() {
      guard !progress.phase.isSwapped else { return false }
      try forget(.swap)
    }
    if try hasFreshCopy() { _ = try putAway(RowTables.fresh.ofCopy) }
    for table in Schema.copy(.fresh) { try snapshot.connection.execute(table) }
    try forget(.freshPosition)
    return true
  }

  package func copyFresh(_ rows: ArraySlice<Row>) throws(StoreError) -> Bool {
    try checkMayWrite()
    guard try snapshot.swapProgress() == nil, try hasFreshCopy() else { return false }
    try addFresh(rows)
    return true
  }

  func addFresh(_ rows: some Sequence<Row>) throws(StoreError) {
    let writer: CopyWriter
    if let fresh { writer = fresh } else { writer = try CopyWriter(.fresh, snapshot.connection) }
    fresh = writer
    let rivals = CopyRivals(before: copy.reader)
    for row in rows { _ = try writer.add(row, rivals: rivals) }
    try writer.flush()
  }

  private func hasFreshCopy() throws(StoreError) -> Bool {
    try snapshot.connection.hasTable(RowTables.fresh.rows)
  }
}

extension SQLiteReadContext {
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
