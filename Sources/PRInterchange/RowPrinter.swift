// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import PRWire

/// Makes lines of rows.
package struct RowPrinter: Sendable {
  private let format: RowFormat
  private let locksDown: Bool

  /// - Parameter locksDown: an `.inc` file says that builds which read it ask no server.
  package init(_ format: RowFormat, locksDown: Bool = false) {
    self.format = format
    self.locksDown = locksDown
  }

  /// What stands in front of the first row, line ending included.
  package var header: String {
    switch format {
    case .jsonl: ""
    case .csv: "version,pkgarch,checksum,value\n"
    case .inc:
      """
      # Package revisions. 'headwater import' reads them all. OE-Core's 'bitbake-prserv-tool import' passes over values
      # with dots, such as 1.0, without a word; builds with PRSERV_LOCKDOWN = "1" that require this file read them.

      """ + (locksDown ? "PRSERV_LOCKDOWN = \"1\"\n\n" : "")
    }
  }

  /// A row's line, ending included.
  ///
  /// - Returns: nil for a row that the format cannot hold: see ``isReadable(_:)``.
  package func line(_ row: Row) -> String? {
    let package = row.tuple.package
    let fields = [package.version, package.pkgarch, row.tuple.checksum, row.value]
    switch format {
    case .jsonl:
      var out = ByteBuffer()
      row.write(to: &out)
      return String(buffer: out) + "\n"
    case .csv: return CSVRecord.text(of: fields) + "\n"
    case .inc:
      guard Self.isReadable(row.tuple), row.value.utf8.allSatisfy(Self.isPlain) else { return nil }
      return "PRAUTO$\(package.version)$\(package.pkgarch)$\(row.tuple.checksum) = \"\(row.value)\"\n"
    }
  }

  /// A floor's line, ending included.
  ///
  /// - Returns: nil in a format that has no floors.
  package func line(_ floor: Floor) -> String? {
    guard format == .jsonl else { return nil }
    var out = ByteBuffer()
    floor.write(to: &out)
    return String(buffer: out) + "\n"
  }

  /// Whether BitBake's parser reads the names in a variable's name, and takes them for nothing else. One line that it
  /// cannot read ends the whole parse.
  ///
  /// Source: the expression for assignments in bb/parse/parse_py/ConfHandler.py, less what has a meaning in a name: `$`, `{`
  /// and `}` are expanded, `:` divides overrides; and `setVar` in bb/data_smart.py, which refuses the operations of old.
  private static func isReadable(_ tuple: TupleKey) -> Bool {
    let package = tuple.package
    let names = ["\(package.version)_\(package.pkgarch)", tuple.checksum]
    return names.allSatisfy { name in
      name.utf8.allSatisfy(isPlain) && !["_append", "_prepend", "_remove"].contains(where: name.contains)
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// The line with a package's greatest value that `.inc` files carry for people, ending included.
  package func summary(_ package: PackageKey, greatest: String) -> String? {
    format == .inc ? "PRAUTO_\(package.version)_\(package.pkgarch) = \"\(greatest)\"\n" : nil
  }
}
