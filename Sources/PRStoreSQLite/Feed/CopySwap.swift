// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension SQLiteWriteContext {
  /// So many rows of the feed, or of a table, are looked at in one step.
  private static let slice: Int64 = 512

  package func beginSwap(at position: FeedPosition?, sparingAfter spared: Int64, milliseconds: Int64) throws(StoreError)
    -> Bool
  {
    try checkMayWrite()
    guard try snapshot.swapProgress() == nil else { return true }
    guard try snapshot.connection.hasTable(RowTables.fresh.rows) else { return false }
    try keep(SwapProgress(spared: spared, milliseconds: milliseconds, position: position))
    return true
  }

  package func swapStep() throws(StoreError) -> SwapStep {
    try checkMayWrite()
    guard let progress = try snapshot.swapProgress() else { return .idle }
    switch progress.phase {
    case .clearing: return try clear(progress)
    case .marking: return try mark(progress)
    case .announcing: return try announce(progress)
    case .sweeping: return try sweep(progress)
    }
  }

  private func keep(_ progress: SwapProgress) throws(StoreError) { try keep(.swap, try progress.text) }

  private func clear(_ progress: SwapProgress) throws(StoreError) -> SwapStep {
    var progress = progress
    let before = snapshot.connection.changes
    try run(
      """
      DELETE FROM headwater_leaving
      WHERE serial IN (SELECT serial FROM headwater_leaving ORDER BY serial LIMIT \(Self.slice))
      """)
    if snapshot.connection.changes == before {
      progress.phase = .marking
      try keep(progress)
    }
    return .working
  }

  private func mark(_ progress: SwapProgress) throws(StoreError) -> SwapStep {
    var progress = progress
    let last = try snapshot.lastSerial()
    let end = min(last, progress.serial &+ Self.slice)
    let leave = try snapshot.connection.prepare("INSERT OR IGNORE INTO headwater_leaving (serial) VALUES (?1)")
    let isFresh = try probe(RowTables.fresh.rows)
    for entry in try copiedRows(after: progress.serial, to: end) {
      if try isFresh.finds(entry.row) { continue }
      if entry.serial > progress.spared {
        try addFresh(CollectionOfOne(entry.row))
      } else {
        leave.bind(1, entry.serial)
        try leave.run()
        progress.vanished += 1
      }
    }
    progress.serial = end
    guard end == last else {
      try keep(progress)
      return .working
    }
    try exchange(&progress)
    return .swapped(vanished: progress.vanished)
  }

  private func copiedRows(after serial: Int64, to end: Int64) throws(StoreError) -> [(serial: Int64, row: Row)] {
    let statement = try snapshot.connection.prepare(
      """
      SELECT version, pkgarch, checksum, value, serial FROM headwater_feed
      WHERE serial > ?1 AND serial <= ?2 AND origin = 'copied' ORDER BY serial
      """)
    statement.bind(1, serial)
    statement.bind(2, end)
    var rows: [(serial: Int64, row: Row)] = []
    while try statement.step() {
      if let row = statement.row { rows.append((statement.number(4), row)) }
    }
    return rows
  }

  /// From the commit of this transaction on the fresh copy is the copy.
  private func exchange(_ progress: inout SwapProgress) throws(StoreError) {
    let old = try putAway(RowTables.copy.ofCopy)
    for (fresh, name) in zip(RowTables.fresh.ofCopy, RowTables.copy.ofCopy) {
      try run("ALTER TABLE \(fresh) RENAME TO \(name)")
    }
    begin()
    if progress.vanished > 0 {
      let removals = Int(try snapshot.note(.removals) ?? "") ?? 0
      try keep(.removals, String(removals &+ 1))
    }
    try forget(.freshPosition)
    try forget(.oldHeads)
    if let position = progress.position { try keep(.position, position) } else { try forget(.position) }
    progress.phase = .announcing
    progress.old = old.first
    try keep(progress)
  }

  private func announce(_ progress: SwapProgress) throws(StoreError) -> SwapStep {
    var progress = progress
    let rows = try rows(of: RowTables.copy.rows, after: progress.row)
    let isOld = try progress.old.map { (table) throws(StoreError) in try probe(table) }
    for row in rows where try isOld?.finds(row) != true {
      try appendAnnounced(row, progress.milliseconds)
    }
    if rows.count < Int(clamping: Self.slice) {
      progress.phase = .sweeping
      progress.row = nil
    } else if let row = rows.last {
      progress.row = [row.tuple.package.version, row.tuple.package.pkgarch, row.tuple.checksum, row.value]
    }
    try keep(progress)
    return .working
  }

  /// A row that is copied while others are announced has its place in the feed already.
  func noteAnnounced(_ row: Row) throws(StoreError) {
    if announced == nil {
      let progress = try snapshot.swapProgress()
      var insert: Statement?
      if progress?.phase == .announcing, let old = progress?.old {
        insert = try snapshot.connection.prepare(
          "INSERT OR IGNORE INTO \(old) (version, pkgarch, checksum, value) VALUES (?1, ?2, ?3, ?4)")
      }
      announced = .some(insert)
    }
    if case .some(.some(let insert)) = announced { try insert.run(row) }
  }

  private func sweep(_ progress: SwapProgress) throws(StoreError) -> SwapStep {
    let some = "SELECT serial FROM headwater_leaving ORDER BY serial LIMIT \(Self.slice)"
    let before = snapshot.connection.changes
    try run("UPDATE headwater_feed SET origin = 'vanished' WHERE serial IN (\(some))")
    guard snapshot.connection.changes == before else {
      try run("DELETE FROM headwater_leaving WHERE serial IN (\(some))")
      return .working
    }
    try forget(.swap)
    return .idle
  }

  // MARK: Rows

  private func rows(of table: String, after last: [String]?) throws(StoreError) -> [Row] {
    let statement = try snapshot.connection.prepare(
      """
      SELECT version, pkgarch, checksum, value FROM \(table)
      \(last == nil ? "" : "WHERE (version, pkgarch, checksum, value) > (?1, ?2, ?3, ?4)")
      ORDER BY version, pkgarch, checksum, value LIMIT \(Self.slice)
      """)
    for (index, name) in (last ?? []).enumerated() { statement.bind(CInt(clamping: index + 1), name) }
    var rows: [Row] = []
    while try statement.step() {
      if let row = statement.row { rows.append(row) }
    }
    return rows
  }

  private func probe(_ table: String) throws(StoreError) -> Statement {
    try snapshot.connection.prepare("SELECT 1 FROM \(table) WHERE \(RowIndex.key) AND checksum = ?3 AND value = ?4")
  }

  private func run(_ sql: String) throws(StoreError) { try snapshot.connection.prepare(sql).run() }
}

extension Statement {
  fileprivate func finds(_ row: Row) throws(StoreError) -> Bool {
    bind(row)
    defer { reset() }
    return try step()
  }

  /// The row whose names are the first four columns.
  var row: Row? {
    guard let version = text(0), let pkgarch = text(1), let checksum = text(2), let value = text(3) else { return nil }
    return Row(tuple: TupleKey(version: version, pkgarch: pkgarch, checksum: checksum), value: value)
  }
}
