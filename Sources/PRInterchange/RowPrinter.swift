// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import PRWire

/// Makes lines of rows.
public struct RowPrinter: Sendable {
  private let format: RowFormat

  public init(_ format: RowFormat) { self.format = format }

  /// What stands in front of the first row, line ending included.
  public var header: String {
    switch format {
    case .jsonl: ""
    case .csv: "version,pkgarch,checksum,value\n"
    case .inc: "# package revisions; read them with 'headwater import' or OE-Core's prserv-tool\n"
    }
  }

  /// A row's line, ending included.
  ///
  /// - Returns: nil for a row that the format cannot hold: names with a `$`, a quote, a `=` or a line ending
  ///   in `.inc`, and checksums with a blank at their end.
  public func line(_ row: Row) -> String? {
    let package = row.tuple.package
    let fields = [package.version, package.pkgarch, row.tuple.checksum, row.value]
    switch format {
    case .jsonl:
      var out = ByteBuffer()
      row.write(to: &out)
      return String(buffer: out) + "\n"
    case .csv: return CSVRecord.text(of: fields) + "\n"
    case .inc:
      let reserved = Array("$\"=\n\r".utf8)
      guard fields.allSatisfy({ $0.utf8.allSatisfy { !reserved.contains($0) } }),
        row.tuple.checksum.last?.isWhitespace != true
      else { return nil }
      return "PRAUTO$\(package.version)$\(package.pkgarch)$\(row.tuple.checksum) = \"\(row.value)\"\n"
    }
  }

  /// The line with a package's greatest value that `.inc` files carry for people, ending included.
  public func summary(_ package: PackageKey, greatest: String) -> String? {
    format == .inc ? "PRAUTO_\(package.version)_\(package.pkgarch) = \"\(greatest)\"\n" : nil
  }
}
