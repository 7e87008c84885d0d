// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import CPostgres

  /// The rows of one statement, in PostgreSQL's binary format.
  final class PostgresReply {
    private let result: OpaquePointer

    /// - Parameter result: is freed with this.
    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    /// Such as `COMMIT`; a transaction that had failed answers `ROLLBACK` to COMMIT.
    var tag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    var count: Int { Int(clamping: PQntuples(result)) }

    func isNull(_ row: Int, _ column: Int32) -> Bool { PQgetisnull(result, Int32(clamping: row), column) == 1 }

    /// The bytes of a field, valid during the call; empty for NULL.
    private func withField<Value>(_ row: Int, _ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
      let row = Int32(clamping: row)
      return body(
        UnsafeRawBufferPointer(
          start: PQgetvalue(result, row, column), count: Int(clamping: PQgetlength(result, row, column))))
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
