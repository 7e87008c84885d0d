// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import CPostgres

  /// The rows of one statement, in PostgreSQL's binary format.
  package final class PostgresReply {
    private let rows: Rows

    private enum Rows {
      case libpq(OpaquePointer)
      /// NULL is nil.
      case fields([[[UInt8]?]], tag: String)
    }

    /// - Parameter result: is freed with this.
    init(_ result: OpaquePointer) { rows = .libpq(result) }

    /// - Parameter rows: as a server in memory has found them.
    package init(_ rows: [[[UInt8]?]], tag: String) { self.rows = .fields(rows, tag: tag) }

    deinit {
      if case .libpq(let result) = rows { PQclear(result) }
    }

    /// Such as `COMMIT`; a transaction that had failed answers `ROLLBACK` to COMMIT.
    var tag: String {
      switch rows {
      case .libpq(let result): PQcmdStatus(result).map { String(cString: $0) } ?? ""
      case .fields(_, let tag): tag
      }
    }

    var count: Int {
      switch rows {
      case .libpq(let result): Int(clamping: PQntuples(result))
      case .fields(let rows, _): rows.count
      }
    }

    func isNull(_ row: Int, _ column: Int32) -> Bool {
      switch rows {
      case .libpq(let result): PQgetisnull(result, Int32(clamping: row), column) == 1
      case .fields(let rows, _): rows[row][Int(clamping: column)] == nil
      }
    }

    /// The bytes of a field, valid during the call; empty for NULL.
    private func withField<Value>(_ row: Int, _ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
      switch rows {
      case .libpq(let result):
        let row = Int32(clamping: row)
        return body(
          UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(clamping: PQgetlength(result, row, column))))
      case .fields(let rows, _): return (rows[row][Int(clamping: column)] ?? []).withUnsafeBytes(body)
      }
    }

    func optionalText(_ row: Int, _ column: Int32) -> String? { isNull(row, column) ? nil : text(row, column) }

    func text(_ row: Int, _ column: Int32) -> String { withField(row, column) { String(decoding: $0, as: UTF8.self) } }

    func bytes(_ row: Int, _ column: Int32) -> [UInt8] { withField(row, column) { Array($0) } }

    func optionalNumber(_ row: Int, _ column: Int32) -> Int64? { isNull(row, column) ? nil : number(row, column) }

    /// A field of the types `bigint`, `integer` or `smallint`.
    func number(_ row: Int, _ column: Int32) -> Int64 {
      withField(row, column) { bytes in
        var number: Int64 = (bytes.first ?? 0) & 0x80 == 0 ? 0 : -1
        for byte in bytes { number = number << 8 | Int64(clamping: byte) }
        return number
      }
    }

    func flag(_ row: Int, _ column: Int32) -> Bool { withField(row, column) { $0.first == 1 } }
  }
#endif
