// SPDX-License-Identifier: Apache-2.0
import GRDBSQLite

/// A connection to a database, and nothing else.
struct PlainDatabase: ~Copyable {
  private let handle: OpaquePointer

  struct Failure: Error {
    let text: String
  }

  init(_ path: String) throws(Failure) {
    var handle: OpaquePointer?
    guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK, let handle else {
      let text = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
      sqlite3_close(handle)
      throw Failure(text: "it cannot be opened: \(text)")
    }
    self.handle = handle
  }

  deinit { sqlite3_close(handle) }

  /// The rows of a query, each as the texts of its columns; NULL is nil.
  func ask(_ sql: String) throws(Failure) -> [[String?]] {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure(sql) }
    defer { sqlite3_finalize(statement) }
    var rows: [[String?]] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW:
        rows.append((0..<sqlite3_column_count(statement)).map { Self.text(statement, $0) })
      case SQLITE_DONE: return rows
      default: throw failure(sql)
      }
    }
  }

  private static func text(_ statement: OpaquePointer?, _ column: CInt) -> String? {
    guard let bytes = sqlite3_column_text(statement, column) else { return nil }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  private func failure(_ sql: String) -> Failure {
    Failure(text: "\(String(cString: sqlite3_errmsg(handle))) (\(sql.prefix(60)))")
  }

  func tables() throws(Failure) -> Set<String> {
    Set(try ask("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").compactMap { $0[0] })
  }
}
