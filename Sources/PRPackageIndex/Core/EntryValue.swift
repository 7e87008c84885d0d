// SPDX-License-Identifier: Apache-2.0

/// A text of an index, checked before anything is made of it.
enum EntryValue {
  /// - Returns: the text, which is UTF-8 without control characters and blanks, not empty, and short.
  static func text(_ bytes: [UInt8], field: String) throws(EntryRefusal) -> String {
    guard !bytes.isEmpty else { throw .missing(field: field) }
    guard bytes.count <= IndexLimits.value else { throw .tooLong(field: field, limit: IndexLimits.value) }
    for byte in bytes where byte <= 0x20 || byte == 0x7F {
      throw byte == 0x20 ? .blank(field: field) : .controlCharacter(field: field)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(field: field) }
    return text
  }

  static func number(_ bytes: [UInt8], field: String) throws(EntryRefusal) -> UInt64? {
    guard !bytes.isEmpty else { return nil }
    guard bytes.count <= 20, bytes.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = UInt64(String(decoding: bytes, as: UTF8.self))
    else { throw .notANumber(field: field) }
    return number
  }

  /// - Parameter function: the name of a hash function, such as `sha256`.
  static func checksum(_ bytes: [UInt8], function: String, field: String) throws(EntryRefusal) -> String {
    let lengths = ["md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128]
    guard bytes.count == lengths[function], bytes.allSatisfy(isHexadecimal) else { throw .notAChecksum(field: field) }
    return "\(function):\(String(decoding: bytes, as: UTF8.self).lowercased())"
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
  }
}

extension PublishedVersion {
  /// Splits a version as dpkg and opkg do: the epoch ends at the first colon, the release begins after the last hyphen.
  package init(text: String) {
    let bytes = text.utf8
    let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
    let start = colon.map(bytes.index(after:)) ?? bytes.startIndex
    let hyphen = bytes[start...].lastIndex(of: UInt8(ascii: "-"))
    self.init(
      epoch: colon.map { String(text[..<$0]) },
      version: String(text[start..<(hyphen ?? bytes.endIndex)]),
      release: hyphen.map { String(text[bytes.index(after: $0)...]) })
  }
}
