// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRFederation
  import PRStore

  /// The register as a transaction has found it, and as it is to be.
  struct PostgresRegister: Hashable {
    let stored: Register?
    var current: Register?

    /// Queues the statements that write what differs.
    func add(to connection: PostgresConnection) throws(PostgresFailure) {
      guard let current, current != stored else { return }
      if stored == nil { for table in RegisterTable.allCases { try connection.add(table.create) } }
      let change = RegisterChange(from: stored, to: current)
      for table in RegisterTable.allCases {
        let (removed, written) = (change.removed(table), change.written(table))
        if table.isLater, stored != nil, !written.isEmpty { try connection.add(table.create) }
        if !removed.isEmpty {
          try connection.add(table.delete, table.columns.prefix(table.keys).indices.map { table.column($0, removed) })
        }
        if !written.isEmpty {
          try connection.add(table.replace, table.columns.indices.map { table.column($0, written) })
        }
      }
    }

    /// Whether a text has a byte 0, which PostgreSQL does not store.
    static func hasByte0(_ change: RegisterChange) -> Bool {
      change.written.contains { row in
        row.fields.contains { if case .text(let text) = $0 { text.utf8.contains(0) } else { false } }
      }
    }
  }

  extension PostgresReadContext {
    func register() throws(StoreError) -> Register? {
      if let known = set.register { return known.current }
      let found = try ask(RegisterTable.federation.look).flag(0, 0) ? try storedRegister() : nil
      set.register = PostgresRegister(stored: found, current: found)
      return found
    }

    func federation() throws(StoreError) -> Register? {
      if let known = set.register { return known.current }
      guard try ask(RegisterTable.federation.look).flag(0, 0) else { return nil }
      return try Register(federationOf: path) { table throws(StoreError) in try rows(of: table) }
    }

    private func storedRegister() throws(StoreError) -> Register? {
      try Register(inTablesOf: path) { table throws(StoreError) in try rows(of: table) }
    }

    private func rows(of table: RegisterTable) throws(StoreError) -> [RegisterRow] {
      if table.isLater, try !ask(table.look).flag(0, 0) { return [] }
      let reply = try ask(table.select)
      return (0..<reply.count).map { row in
        RegisterRow(
          table,
          table.columns.enumerated().map { index, column in
            let place = Int32(clamping: index)
            if column.isNumber { return reply.optionalNumber(row, place).map { .number($0) } ?? .null }
            return reply.optionalText(row, place).map { .text($0) } ?? .null
          })
      }
    }
  }

  extension RegisterTable {
    private var inPostgres: String { "headwater.\(rawValue)" }

    fileprivate var look: PostgresStatement {
      PostgresStatement("register look \(rawValue)", "SELECT to_regclass('\(inPostgres)') IS NOT NULL")
    }

    fileprivate var create: PostgresStatement {
      let columns = columns.map { column in
        "\(column.name) \(column.isNumber ? "bigint" : "text COLLATE \"C\"")\(column.isOptional ? "" : " NOT NULL")"
      }
      return PostgresStatement(
        "register create \(rawValue)",
        """
        CREATE TABLE IF NOT EXISTS \(inPostgres) (\(columns.joined(separator: ", ")),
          PRIMARY KEY (\(keyNames.joined(separator: ", "))))
        """)
    }

    fileprivate var select: PostgresStatement {
      PostgresStatement(
        "register read \(rawValue)",
        "SELECT \(columnNames) FROM \(inPostgres) ORDER BY \(keyNames.joined(separator: ", "))")
    }

    /// The parameters of the first columns, as a table of the given names.
    private func given(_ count: Int) -> String {
      let lists = columns.prefix(count).enumerated().map { "$\($0 + 1)::\($1.isNumber ? "bigint" : "text")[]" }
      return "unnest(\(lists.joined(separator: ", ")))"
    }

    fileprivate var delete: PostgresStatement {
      let names = keyNames.joined(separator: ", ")
      return PostgresStatement(
        "register delete \(rawValue)",
        "DELETE FROM \(inPostgres) WHERE (\(names)) IN (SELECT * FROM \(given(keys)))")
    }

    fileprivate var replace: PostgresStatement {
      let changed = columns.dropFirst(keys).map { "\($0.name) = excluded.\($0.name)" }
      return PostgresStatement(
        "register write \(rawValue)",
        """
        INSERT INTO \(inPostgres) (\(columnNames)) SELECT * FROM \(given(columns.count))
          ON CONFLICT (\(keyNames.joined(separator: ", "))) DO UPDATE SET \(changed.joined(separator: ", "))
        """)
    }

    /// A column of rows, as a parameter.
    fileprivate func column(_ index: Int, _ rows: [RegisterRow]) -> PostgresParameter {
      let fields = rows.map { $0.fields.indices.contains(index) ? $0.fields[index] : .null }
      guard columns[index].isNumber else {
        return .texts(fields.map { if case .text(let text) = $0 { text } else { nil } })
      }
      return .numbers(fields.map { if case .number(let number) = $0 { number } else { nil } })
    }
  }
#endif
