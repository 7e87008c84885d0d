// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRRevision

/// The 32 bytes of a SHA-256 or of an HMAC-SHA256. Two of them are compared in the same time, whatever they are.
package struct SecureDigest: Sendable {
  package let bytes: [UInt8]

  package static let count = 32

  /// - Returns: nil unless there are 32 bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.count else { return nil }
    self.bytes = bytes
  }

  /// SHA-256.
  package init(of message: [UInt8]) {
    var digest = [UInt8](repeating: 0, count: Self.count)
    SHA256(message, message.count, &digest)
    bytes = digest
  }

  /// HMAC-SHA256.
  ///
  /// - Returns: nil when OpenSSL refuses.
  init?(of message: [UInt8], key: SecureDigest) {
    var (digest, length): ([UInt8], UInt32) = ([UInt8](repeating: 0, count: Self.count), 0)
    let made = HMAC(EVP_sha256(), key.bytes, CInt(clamping: Self.count), message, message.count, &digest, &length)
    guard made != nil, Int(clamping: length) == Self.count else { return nil }
    bytes = digest
  }

  /// - Parameter text: 64 hexadecimal digits in lower case, as ``text`` writes them.
  package init?(text: String) {
    guard text.utf8.count == 2 * Self.count else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 {
      guard let digit = Hexadecimal.value(of: character) else { return nil }
      if let first = high { bytes.append(first << 4 | digit) }
      high = high == nil ? digit : nil
    }
    self.init(bytes: bytes)
  }

  /// 64 hexadecimal digits in lower case.
  package var text: String { bytes.map { Hexadecimal.text(UInt64(clamping: $0), digits: 2) }.joined() }
}

extension SecureDigest: Hashable {
  package static func == (left: SecureDigest, right: SecureDigest) -> Bool {
    left.bytes.count == right.bytes.count && CRYPTO_memcmp(left.bytes, right.bytes, left.bytes.count) == 0
  }
}
