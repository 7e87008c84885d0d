// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@testable import PRStore
@testable import PRStoreSQLite

extension EventLoopReader {
  /// The spelling that a tuple is answered with at once.
  func current(_ tuple: TupleKey) throws -> String? {
    var (version, pkgarch, checksum) = (tuple.package.version, tuple.package.pkgarch, tuple.checksum)
    return try version.withUTF8 { version in
      try pkgarch.withUTF8 { pkgarch in
        try checksum.withUTF8 { checksum in
          var text: String?
          _ = try readCurrentValue(
            version: UnsafeRawBufferPointer(version), pkgarch: UnsafeRawBufferPointer(pkgarch),
            checksum: UnsafeRawBufferPointer(checksum)
          ) { text = String(decoding: $0, as: UTF8.self) }
          return text
        }
      }
    }
  }
}

// What SQLite's engine has beside what every engine has.

extension Store {
  var sqlite: SQLiteEngine { get throws { try #require(engine as? SQLiteEngine) } }

  func sqliteEventLoopReader() throws -> SQLiteEventLoopReader {
    try #require(eventLoopReader() as? SQLiteEventLoopReader)
  }
}

extension ReadContext {
  var sqlite: SQLiteReadContext {
    get throws(StoreError) {
      guard let context = self as? SQLiteReadContext else { throw .engine(path: "", detail: "not SQLite") }
      return context
    }
  }
}

extension WriteContext {
  var sqlite: SQLiteWriteContext {
    get throws(StoreError) {
      guard let context = self as? SQLiteWriteContext else { throw .engine(path: "", detail: "not SQLite") }
      return context
    }
  }

  func copy(_ rows: [Row], milliseconds: Int64) throws(StoreError) -> Int {
    try copy(rows[...], source: nil, milliseconds: milliseconds)
  }
}
