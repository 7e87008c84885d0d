// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDBSQLite
import PRStore

/// The extended result codes of a disk that fails. They are macros with operators, which Swift does not import.
enum DiskErrorCode {
  static let read = SQLITE_IOERR | 1 << 8
  static let shortRead = SQLITE_IOERR | 2 << 8
  static let write = SQLITE_IOERR | 3 << 8
  static let sync = SQLITE_IOERR | 4 << 8
  static let truncate = SQLITE_IOERR | 6 << 8
  static let size = SQLITE_IOERR | 7 << 8
  static let remove = SQLITE_IOERR | 10 << 8
  static let access = SQLITE_IOERR | 13 << 8
  static let lock = SQLITE_IOERR | 15 << 8
  static let lockMemory = SQLITE_IOERR | 20 << 8
  static let mapMemory = SQLITE_IOERR | 21 << 8
  static let removeMissing = SQLITE_IOERR | 23 << 8
}

extension FileError {
  /// - Parameter code: what SQLite calls a disk that fails at this call.
  func code(_ code: CInt) -> CInt {
    errno = number
    return isFull ? SQLITE_FULL : code
  }
}
