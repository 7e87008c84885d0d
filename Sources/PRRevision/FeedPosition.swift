// SPDX-License-Identifier: Apache-2.0

/// A place in the feed of a store.
package struct FeedPosition: Hashable, Sendable {
  /// Which store's feed.
  package var store: String
  /// The serial of the last row in front of it; 0 at the start.
  package var serial: Int64
  /// Over all rows in front of it.
  package var digest: FeedDigest

  package init(store: String, serial: Int64, digest: FeedDigest) {
    self.store = store
    self.serial = serial
    self.digest = digest
  }

  package static func start(of store: String) -> FeedPosition {
    FeedPosition(store: store, serial: 0, digest: .start)
  }
}

extension FeedPosition: CustomStringConvertible {
  package var description: String { "\(store) \(serial) \(digest)" }

  /// Reads what ``description`` writes.
  package init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count >= 3, let digest = FeedDigest(String(parts[parts.count - 1])),
      let serial = parts.dropLast().last.flatMap({ Int64($0) })
    else { return nil }
    // What a peer calls its store may have blanks.
    self.init(store: parts.dropLast(2).joined(separator: " "), serial: serial, digest: digest)
  }
}

/// A running digest over the rows of a feed. Two feeds with the same digest are the same, row for row; an upstream that was
/// restored, or swapped for another, has another one. docs/protocol.md says how it is computed.
package struct FeedDigest: Hashable, Sendable {
  /// 32 bytes.
  package private(set) var bytes: [UInt8]

  /// In front of the first row.
  package static let start = FeedDigest(unchecked: Array(repeating: 0, count: 32))

  private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  /// - Returns: nil for bytes that are not 32.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// - Parameter body: writes 32 bytes.
  package mutating func replace(_ body: (UnsafeMutablePointer<UInt8>) -> Void) {
    bytes.withUnsafeMutableBufferPointer { buffer in
      // It is never empty.
      if let base = buffer.baseAddress { body(base) }
    }
  }
}

extension FeedDigest: CustomStringConvertible {
  /// 64 hexadecimal digits.
  package var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int(clamping: $0 >> 4)], digits[Int(clamping: $0 & 15)]] }, as: UTF8.self)
  }

  /// Reads what ``description`` writes.
  package init?(_ text: String) {
    let nibbles = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard text.utf8.count == 64, nibbles.count == 64 else { return nil }
    bytes = stride(from: 0, to: 64, by: 2).map { UInt8(clamping: nibbles[$0] << 4 | nibbles[$0 + 1]) }
  }
}
