// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The digest of a feed, as docs/protocol.md says it: SHA-256 of the digest before and of each text behind its length.
package struct RunningDigest: Equatable {
  private var bytes: [UInt8]

  package init() { bytes = Array(repeating: 0, count: 32) }

  package init?(hexadecimal text: String) {
    guard text.utf8.count == 64 else { return nil }
    var bytes: [UInt8] = []
    var rest = text[...]
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    self.bytes = bytes
  }

  package mutating func add(_ texts: [String]) {
    var message = bytes
    for text in texts {
      let count = text.utf8.count
      message += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
      message += Array(text.utf8)
    }
    SHA256(message, message.count, &bytes)
  }

  package mutating func add(_ row: StoredRow) {
    add([row.tuple.package.version, row.tuple.package.pkgarch, row.tuple.checksum, row.value])
  }

  package var hexadecimal: String { Self.hexadecimal(bytes) }

  package static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The SHA-256 of a file's bytes.
  package static func sha256(of bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    SHA256(bytes, bytes.count, &digest)
    return hexadecimal(digest)
  }
}
