// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// A row as a JSON object: `{"version":…,"pkgarch":…,"checksum":…,"value":…}`.
extension Row {
  /// Appends the object, without a line ending.
  package func write(to out: inout ByteBuffer) {
    out.writeStaticString(#"{"version":"#)
    out.writeJSON(string: tuple.package.version)
    out.writeStaticString(#","pkgarch":"#)
    out.writeJSON(string: tuple.package.pkgarch)
    out.writeStaticString(#","checksum":"#)
    out.writeJSON(string: tuple.checksum)
    out.writeStaticString(#","value":"#)
    out.writeJSON(string: value)
    out.writeInteger(ASCII.closeBrace)
  }

  /// Reads an object that stands alone.
  ///
  /// - Returns: nil when a member is missing or no string.
  package init?(json line: ByteBuffer) throws(JSONError) {
    let read: Result<Row?, JSONError> = line.withUnsafeReadableBytes { bytes in
      do throws(JSONError) {
        var scanner = JSONScanner(bytes, deepest: 4)
        let row = try Row(from: &scanner)
        try scanner.finish()
        return .success(row)
      } catch {
        return .failure(error)
      }
    }
    guard let row = try read.get() else { return nil }
    self = row
  }

  /// Reads the object in front of a scanner. Other members are passed over.
  init?(from scanner: inout JSONScanner) throws(JSONError) {
    let texts = try scanner.members(["version", "pkgarch", "checksum", "value"])
    guard let version = texts[0], let pkgarch = texts[1], let checksum = texts[2], let value = texts[3] else {
      return nil
    }
    self.init(tuple: TupleKey(version: version, pkgarch: pkgarch, checksum: checksum), value: value)
  }
}
