// SPDX-License-Identifier: Apache-2.0

/// A field of a row of the register.
package enum RegisterField: Hashable, Sendable {
  case null
  case number(Int64)
  case text(String)
}

/// A row of a table of the register.
package struct RegisterRow: Hashable, Sendable {
  package let table: RegisterTable
  /// In the order of the table's columns.
  package let fields: [RegisterField]

  /// - Parameter fields: in the order of the table's columns.
  package init(_ table: RegisterTable, _ fields: [RegisterField]) {
    self.table = table
    self.fields = fields
  }

  package var key: [RegisterField] { Array(fields.prefix(table.keys)) }
}

/// What a change of the register writes, in the order in which it was found.
package struct RegisterChange: Hashable, Sendable {
  /// Rows that are new, or take the place of those with their keys.
  package var written: [RegisterRow] = []
  /// Rows that leave. Their keys count.
  package var removed: [RegisterRow] = []

  package var isEmpty: Bool { written.isEmpty && removed.isEmpty }

  package func written(_ table: RegisterTable) -> [RegisterRow] { written.filter { $0.table == table } }

  package func removed(_ table: RegisterTable) -> [RegisterRow] { removed.filter { $0.table == table } }
}
