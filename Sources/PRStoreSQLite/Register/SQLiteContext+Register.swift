// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRStore

extension SQLiteReadContext {
  package func register() throws(StoreError) -> Register? {
    if let written { return written }
    guard try ofRegister.hasTable(.federation) else { return nil }
    return try Register(inTablesOf: connection.path) { table throws(StoreError) in try rows(of: table) }
  }

  package func federation() throws(StoreError) -> Register? {
    if let written { return written }
    guard try ofRegister.hasTable(.federation) else { return nil }
    return try Register(federationOf: connection.path) { table throws(StoreError) in try rows(of: table) }
  }

  private func rows(of table: RegisterTable) throws(StoreError) -> [RegisterRow] {
    if table.isLater, try !ofRegister.hasTable(table) { return [] }
    let statement = try ofRegister.statement(.select, table)
    defer { statement.reset() }
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
      let written = change.written(table)
      if table.isLater, old != nil, !written.isEmpty { try connection.execute(table.create) }
      try run(.delete, table, change.removed(table).map(\.key))
      try run(.replace, table, written.map(\.fields))
    }
    snapshot.written = register
  }

  private func run(
    _ kind: RegisterStatements.Kind, _ table: RegisterTable, _ rows: [[RegisterField]]
  ) throws(StoreError) {
    guard !rows.isEmpty else { return }
    let statement = try snapshot.ofRegister.statement(kind, table)
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
