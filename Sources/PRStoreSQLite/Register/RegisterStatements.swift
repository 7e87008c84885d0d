// SPDX-License-Identifier: Apache-2.0
import PRStore

/// The statements about a register's tables, each prepared once for a connection.
final class RegisterStatements {
  /// What a statement does.
  enum Kind: Hashable {
    case select, delete, replace
  }

  private struct Key: Hashable {
    let table: RegisterTable
    let kind: Kind
  }

  private let connection: Connection
  private var prepared: [Key: Statement] = [:]
  private var finding: Statement?

  init(_ connection: Connection) { self.connection = connection }

  /// It is to be reset when its rows are read.
  func statement(_ kind: Kind, _ table: RegisterTable) throws(StoreError) -> Statement {
    let key = Key(table: table, kind: kind)
    if let statement = prepared[key] { return statement }
    let statement = try connection.prepare(table.text(kind))
    prepared[key] = statement
    return statement
  }

  /// A transaction that made a table may have been undone, so it is looked for each time.
  func hasTable(_ table: RegisterTable) throws(StoreError) -> Bool {
    let statement = try prepareFinding()
    defer { statement.reset() }
    statement.bind(1, table.inSQLite)
    return try statement.step()
  }

  private func prepareFinding() throws(StoreError) -> Statement {
    if let finding { return finding }
    let statement = try connection.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1")
    finding = statement
    return statement
  }
}

extension RegisterTable {
  fileprivate var inSQLite: String { "headwater_\(rawValue)" }

  var create: String {
    let columns = columns.map { "\($0.name) \($0.isNumber ? "INTEGER" : "TEXT")\($0.isOptional ? "" : " NOT NULL")" }
    return """
      CREATE TABLE IF NOT EXISTS \(inSQLite) (
        \(columns.joined(separator: ", ")), PRIMARY KEY (\(keyNames.joined(separator: ", ")))) WITHOUT ROWID
      """
  }

  fileprivate func text(_ kind: RegisterStatements.Kind) -> String {
    switch kind {
    case .select: return "SELECT \(columnNames) FROM \(inSQLite) ORDER BY \(keyNames.joined(separator: ", "))"
    case .delete:
      let isKey = keyNames.enumerated().map { "\($1) = ?\($0 + 1)" }
      return "DELETE FROM \(inSQLite) WHERE \(isKey.joined(separator: " AND "))"
    case .replace:
      let places = columns.indices.map { "?\($0 + 1)" }
      return "INSERT OR REPLACE INTO \(inSQLite) (\(columnNames)) VALUES (\(places.joined(separator: ", ")))"
    }
  }
}
