// SPDX-License-Identifier: Apache-2.0
import PRStore

/// Brings this program's tables from any schema before to the newest. What it takes does not depend on how many rows
/// there are: tables are made and renamed, and rows are indexed when a decision needs it (``PackageSettling``).
struct SchemaChange {
  private let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  func run() throws(StoreError) {
    try changeHeads()
    try changeCopy()
    try addFloors()
    try connection.execute(
      "INSERT OR REPLACE INTO headwater_store (key, value) VALUES ('schema', '\(Schema.version)')")
  }

  /// The trigger of schema 2 fills no queue. It is made anew once all is in place.
  private func changeHeads() throws(StoreError) {
    guard try !connection.hasTable(RowTables.own.heads) else { return }
    try connection.execute("DROP TRIGGER IF EXISTS \(Schema.foreignName)")
    if try connection.hasTable("headwater_package") {
      try connection.execute(
        """
        ALTER TABLE headwater_package RENAME TO headwater_head;
        ALTER TABLE headwater_head ADD COLUMN rows INTEGER
        """)
    } else {
      try connection.execute(Schema.head)
    }
    try connection.execute(Schema.package)
    try connection.execute(Schema.numbers(named: RowTables.own.numbers))
    try connection.execute(Schema.contents(named: RowTables.own.contents))
    try connection.execute(Schema.leaving)
  }

  /// Schema 3 had none.
  private func addFloors() throws(StoreError) {
    if try !connection.hasTable("headwater_floor_feed") {
      for statement in Schema.floors { try connection.execute(statement) }
    }
    if try connection.number("SELECT 1 FROM pragma_table_info('headwater_head') WHERE name = 'below_floor'") == nil {
      try connection.execute("ALTER TABLE headwater_head ADD COLUMN below_floor INTEGER NOT NULL DEFAULT 0")
    }
  }

  private func changeCopy() throws(StoreError) {
    guard try !connection.hasTable("headwater_floor") else { return }
    if try connection.hasTable("headwater_copy_next") {
      // Half a fresh copy without an index: it is begun again.
      try connection.execute(
        """
        ALTER TABLE headwater_copy_next RENAME TO \(GoneTable.prefix)0;
        DELETE FROM headwater_store WHERE key = 'note: \(StoreMetadata.freshPosition.rawValue)'
        """)
    }
    guard try connection.hasTable("headwater_copy") else {
      try connection.execute(Schema.bound)
      for table in Schema.copy(.copy) { try connection.execute(table) }
      return
    }
    try connection.execute("ALTER TABLE headwater_above RENAME TO headwater_floor")
    for table in Schema.copyIndex(.copy) { try connection.execute(table) }
    try connection.execute(
      "INSERT INTO headwater_store (key, value) VALUES ('note: \(StoreMetadata.oldHeads.rawValue)', 'yes')")
  }
}
