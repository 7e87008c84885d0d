// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDBSQLite
import PRRevision
import PRStore

/// A prepared statement, bound and stepped directly. Like its connection, for one thread at a time.
final class Statement {
  private let handle: OpaquePointer
  private let connection: Connection
  /// Parameters that could not be bound, such as texts that SQLite had no memory for. They are NULL, and the statement would
  /// answer another question.
  private var unbound: Set<CInt> = []
  /// Why the last of them could not be.
  private var bindingCode = SQLITE_OK

  init(_ handle: OpaquePointer, of connection: Connection) {
    self.handle = handle
    self.connection = connection
  }

  deinit {
    connection.steps.finished(sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_VM_STEP, 0))
    sqlite3_finalize(handle)
  }

  // MARK: Binding

  /// Binds bytes that stay where they are until ``reset()``.
  @inline(__always)
  func bind(_ index: CInt, unowned bytes: UnsafeRawBufferPointer) {
    // An empty buffer has no address, and no address would bind NULL.
    let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    if let start {
      note(index, sqlite3_bind_text(handle, index, start, CInt(clamping: bytes.count), nil))
    } else {
      note(index, sqlite3_bind_text(handle, index, "", 0, Self.copied))
    }
  }

  func bind(_ index: CInt, _ text: String?) {
    guard var text else {
      note(index, sqlite3_bind_null(handle, index))
      return
    }
    let code = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        if let start = characters.baseAddress {
          sqlite3_bind_text(handle, index, start, CInt(clamping: characters.count), Self.copied)
        } else {
          sqlite3_bind_text(handle, index, "", 0, Self.copied)
        }
      }
    }
    note(index, code)
  }

  func bind(_ index: CInt, blob bytes: [UInt8]) {
    // An empty array may have no address, and no address would bind NULL.
    let code =
      bytes.isEmpty
      ? sqlite3_bind_zeroblob(handle, index, 0)
      : bytes.withUnsafeBytes {
        sqlite3_bind_blob(handle, index, $0.baseAddress, CInt(clamping: $0.count), Self.copied)
      }
    note(index, code)
  }

  func bind(_ index: CInt, _ number: Int64?) {
    note(index, number.map { sqlite3_bind_int64(handle, index, $0) } ?? sqlite3_bind_null(handle, index))
  }

  /// Keeps in mind that a parameter is not what it should be, until it is bound again: ``step()`` throws then.
  @inline(__always)
  private func note(_ index: CInt, _ code: CInt) {
    if code != SQLITE_OK {
      unbound.insert(index)
      bindingCode = code
    } else if !unbound.isEmpty {
      unbound.remove(index)
    }
  }

  /// SQLITE_TRANSIENT: SQLite makes its own copy.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  /// Binds a package to the first two parameters.
  func bind(_ package: PackageKey) {
    bind(1, package.version)
    bind(2, package.pkgarch)
  }

  /// Binds a tuple to the first three parameters.
  func bind(_ tuple: TupleKey) {
    bind(tuple.package)
    bind(3, tuple.checksum)
  }

  // MARK: Stepping

  /// Moves to the next row.
  ///
  /// - Returns: false at the end.
  @inline(__always)
  func step() throws(StoreError) -> Bool {
    guard unbound.isEmpty else {
      throw .engine(path: connection.path, detail: String(cString: sqlite3_errstr(bindingCode)))
    }
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let failure = connection.failure(code)
      reset()
      throw failure
    }
  }

  /// Runs to the end and makes ready for the next run.
  func run() throws(StoreError) {
    while try step() {}
    reset()
  }

  func reset() { sqlite3_reset(handle) }

  // MARK: Columns

  /// A column's bytes; valid until the next step.
  @inline(__always)
  func bytes(_ column: CInt) -> UnsafeRawBufferPointer {
    // As a blob: as text, SQLite would make a copy to put a NUL behind it.
    let start = sqlite3_column_blob(handle, column)
    return UnsafeRawBufferPointer(start: start, count: Int(clamping: sqlite3_column_bytes(handle, column)))
  }

  func text(_ column: CInt) -> String? {
    isNull(column) ? nil : String(decoding: bytes(column), as: UTF8.self)
  }

  func number(_ column: CInt) -> Int64 { sqlite3_column_int64(handle, column) }

  /// A column as it is stored: a text where a number is expected, which another program can have written, is no number.
  func field(_ column: CInt) -> RegisterField {
    switch sqlite3_column_type(handle, column) {
    case SQLITE_NULL: .null
    case SQLITE_INTEGER: .number(number(column))
    default: .text(text(column) ?? "")
    }
  }

  func isNull(_ column: CInt) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
}

extension UnsafeRawBufferPointer {
  @inline(__always)
  func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let start = baseAddress, let otherStart = other.baseAddress else { return true }
    return memcmp(start, otherStart, count) == 0
  }
}

extension Connection {
  /// The first column of the first row of a query that is asked once.
  func number(_ sql: String) throws(StoreError) -> Int64? {
    let statement = try prepare(sql)
    guard try statement.step(), !statement.isNull(0) else { return nil }
    return statement.number(0)
  }

  /// The first column of the first row of a query that is asked once.
  func text(_ sql: String) throws(StoreError) -> String? {
    let statement = try prepare(sql)
    guard try statement.step() else { return nil }
    return statement.text(0)
  }

  /// Whether the file has a table of that name, or a view that stands for one.
  func hasTable(_ name: String) throws(StoreError) -> Bool { try has(name, isTrigger: false) }

  /// Whether the file has a trigger of that name.
  func hasTrigger(_ name: String) throws(StoreError) -> Bool { try has(name, isTrigger: true) }

  private func has(_ name: String, isTrigger: Bool) throws(StoreError) -> Bool {
    let types = isTrigger ? "('trigger')" : "('table', 'view')"
    let statement = try prepare("SELECT 1 FROM sqlite_master WHERE type IN \(types) AND name = ?1")
    statement.bind(1, name)
    return try statement.step()
  }
}
