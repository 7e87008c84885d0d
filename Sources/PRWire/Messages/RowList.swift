// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// A row as a JSON list: `["version","pkgarch","checksum","value"]`.
extension Row {
  func writeList(to out: inout ByteBuffer) {
    out.writeInteger(ASCII.openBracket)
    out.writeJSON(string: tuple.package.version)
    out.writeInteger(ASCII.comma)
    out.writeJSON(string: tuple.package.pkgarch)
    out.writeInteger(ASCII.comma)
    out.writeJSON(string: tuple.checksum)
    out.writeInteger(ASCII.comma)
    out.writeJSON(string: value)
    out.writeInteger(ASCII.closeBracket)
  }

  /// Reads the list in front of a scanner.
  ///
  /// - Returns: nil unless it is four strings.
  init?(list scanner: inout JSONScanner) throws(JSONError) {
    guard let texts = try scanner.texts(4) else { return nil }
    self.init(tuple: TupleKey(version: texts[0], pkgarch: texts[1], checksum: texts[2]), value: texts[3])
  }
}

extension JSONScanner {
  /// Reads a list of so many strings.
  ///
  /// - Returns: nil when it is another list.
  mutating func texts(_ count: Int) throws(JSONError) -> [String]? {
    let bytes = bytes
    var texts: [String] = []
    texts.reserveCapacity(count)
    var isMalformed = false
    try array { scanner throws(JSONError) in
      guard case .text(let text) = try scanner.value(), texts.count < count else {
        isMalformed = true
        return
      }
      texts.append(try text.string(in: bytes))
    }
    return isMalformed || texts.count != count ? nil : texts
  }
}
