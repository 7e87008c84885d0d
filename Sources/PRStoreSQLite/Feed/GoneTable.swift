// SPDX-License-Identifier: Apache-2.0
import PRStore

/// Tables of copies that were given up or replaced. They are emptied in slices: to drop a large table takes as long as it
/// is large.
enum GoneTable {
  static let prefix = "headwater_gone_"
}

extension SQLiteWriteContext {
  private static let slice = 1024

  /// Renames tables, so that others can have their names.
  ///
  /// - Returns: the new names.
  func putAway(_ tables: [String]) throws(StoreError) -> [String] {
    let numbers = try snapshot.goneTables().compactMap { Int($0.dropFirst(GoneTable.prefix.count)) }
    var next = (numbers.max() ?? -1) &+ 1
    var names: [String] = []
    for table in tables where try snapshot.connection.hasTable(table) {
      names.append(GoneTable.prefix + String(next))
      try snapshot.connection.execute("ALTER TABLE \(table) RENAME TO \(GoneTable.prefix)\(next)")
      next += 1
    }
    return names
  }

  /// Removes a slice of what was put away, in a transaction of its own.
  ///
  /// - Returns: whether there is more.
  func removeGone() throws(StoreError) -> Bool {
    try checkMayWrite()
    guard let table = try snapshot.goneTables().first else { return false }
    let connection = snapshot.connection
    let keys = try connection.text(
      "SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_table_info('\(table)') WHERE pk > 0 ORDER BY pk)")
    guard let keys else { throw .damaged(path: connection.path, detail: "\(table) has no key") }
    let before = connection.changes
    try connection.prepare(
      "DELETE FROM \(table) WHERE (\(keys)) IN (SELECT \(keys) FROM \(table) ORDER BY \(keys) LIMIT \(Self.slice))"
    ).run()
    if connection.changes == before { try connection.execute("DROP TABLE \(table)") }
    return true
  }
}

extension SQLiteReadContext {
  func goneTables() throws(StoreError) -> [String] {
    let statement = try connection.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '\(GoneTable.prefix)*' ORDER BY name")
    var names: [String] = []
    while try statement.step() {
      if let name = statement.text(0) { names.append(name) }
    }
    return names
  }

  /// There is work that an exchange of copies has left for later.
  func hasUpkeep() throws(StoreError) -> Bool {
    try hidesLeavingRows() ? true : !goneTables().isEmpty
  }
}

extension SQLiteWriteContext {
  package func keepUpStep() throws(StoreError) -> Bool {
    guard try snapshot.hidesLeavingRows() else { return try removeGone() }
    _ = try swapStep()
    return true
  }
}
