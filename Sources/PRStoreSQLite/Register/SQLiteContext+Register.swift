// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRStore

extension SQLiteReadContext {
  package func register() throws(StoreError) -> Register? {
    if let written { return written }
    guard try connection.hasTable(RegisterTable.federation.inSQLite) else { return nil }
    return try Register(inTablesOf: connection.path) { table throws(StoreError) in try rows(of: table) }
  }

  package func federation() throws(StoreError) -> Register? {
    if let written { return written }
    guard try connection.hasTable(RegisterTable.federation.inSQLite) else { return nil }
    return try Register(federationOf: connection.path) { table throws(StoreError) in try rows(of: table) }
  }

  private func rows(of table: RegisterTable) throws(StoreError) -> [RegisterRow] {
    if table.isLater, try !connection.hasTable(table.inSQLite) { return [] }
    let statement = try connection.prepare(table.select)
    var rows: [RegisterRow] = []
    while try statement.step() {
      rows.append(RegisterRow(table, table.columns.indices.map { statement.field(CInt(clamping: $0)) }))
    }
    return rows
  }
}

extension SQLiteWriteContext {
  package func store(_ register: Register, replacing old: Register?) throws(StoreError) {
    try checkMayWrite()
    let connection = snapshot.connection
    if old == nil { for table in RegisterTable.allCases { try connection.execute(table.create) } }
    let change = RegisterChange(from: old, to: register)
    for table in RegisterTable.allCases {
      if table.isLater, old != nil, !change.written(table).isEmpty { try connection.execute(table.create) }
      try run(table.delete, change.removed(table).map(\.key), on: connection)
      try run(table.replace, change.written(table).map(\.fields), on: connection)
    }
    snapshot.written = register
  }

  private func run(_ sql: String, _ rows: [[RegisterField]], on connection: Connection) throws(StoreError) {
    guard !rows.isEmpty else { return }
    let statement = try connection.prepare(sql)
    for row in rows {
      for (index, field) in row.enumerated() {
        switch field {
        case .null: statement.bind(CInt(clamping: index + 1), nil as Int64?)
        case .number(let number): statement.bind(CInt(clamping: index + 1), number)
        case .text(let text): statement.bind(CInt(clamping: index + 1), text)
        }
      }
      try statement.run()
    }
  }
}

extension RegisterTable {
  fileprivate var inSQLite: String { "headwater_\(rawValue)" }

  fileprivate var create: String {
    let columns = columns.map { "\($0.name) \($0.isNumber ? "INTEGER" : "TEXT")\($0.isOptional ? "" : " NOT NULL")" }
    return """
      CREATE TABLE IF NOT EXISTS \(inSQLite) (
        \(columns.joined(separator: ", ")), PRIMARY KEY (\(keyNames.joined(separator: ", ")))) WITHOUT ROWID
      """
  }

  fileprivate var select: String {
    "SELECT \(columnNames) FROM \(inSQLite) ORDER BY \(keyNames.joined(separator: ", "))"
  }

  fileprivate var delete: String {
    let isKey = keyNames.enumerated().map { "\($1) = ?\($0 + 1)" }
    return "DELETE FROM \(inSQLite) WHERE \(isKey.joined(separator: " AND "))"
  }

  fileprivate var replace: String {
    let places = columns.indices.map { "?\($0 + 1)" }
    return "INSERT OR REPLACE INTO \(inSQLite) (\(columnNames)) VALUES (\(places.joined(separator: ", ")))"
  }
}
