// SPDX-License-Identifier: Apache-2.0
import PRStore

extension SQLiteReadContext {
  package func note(_ note: StoreMetadata) throws(StoreError) -> String? {
    guard try connection.hasTable("headwater_store") else { return nil }
    return try connection.text("SELECT value FROM headwater_store WHERE key = 'note: \(note.rawValue)'")
  }
}

extension SQLiteWriteContext {
  package func membership() throws(StoreError) -> String? {
    if let place { return place }
    defer { readPlace.reset() }
    let found = try readPlace.step() ? readPlace.text(0) : nil
    place = .some(found)
    return found
  }

  package func forget(_ note: StoreMetadata) throws(StoreError) {
    place = nil
    try snapshot.connection.execute("DELETE FROM headwater_store WHERE key = 'note: \(note.rawValue)'")
  }

  package func keep(_ note: StoreMetadata, _ text: String) throws(StoreError) {
    try checkMayWrite()
    place = nil
    let statement = try snapshot.connection.prepare(
      """
      INSERT INTO headwater_store (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2
      """)
    statement.bind(1, "note: \(note.rawValue)")
    statement.bind(2, text)
    try statement.run()
  }
}
