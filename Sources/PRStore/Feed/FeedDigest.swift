// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRRevision

/// A running digest over the rows of a feed: SHA-256 of the digest before and the row. Two feeds with the same digest
/// are the same, row for row; an upstream that was restored, or swapped for another, has another one.
public struct FeedDigest: Hashable, Sendable {
  /// 32 bytes.
  public private(set) var bytes: [UInt8]

  /// In front of the first row.
  public static let start = FeedDigest(bytes: Array(repeating: 0, count: 32))

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Takes a row into account: its four names, each behind its length in bytes.
  public mutating func add(_ row: Row) {
    var scratch = bytes
    scratch.reserveCapacity(256)
    for field in [row.tuple.package.version, row.tuple.package.pkgarch, row.tuple.checksum, row.value] {
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: field.utf8.count).bigEndian) { scratch.append(contentsOf: $0) }
      scratch.append(contentsOf: field.utf8)
    }
    SHA256(scratch, scratch.count, &bytes)
  }
}

extension FeedDigest {
  /// The same for names that stand in memory as bytes.
  mutating func add(_ fields: UnsafeRawBufferPointer...) {
    var scratch = bytes
    scratch.reserveCapacity(256)
    for field in fields {
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: field.count).bigEndian) { scratch.append(contentsOf: $0) }
      scratch.append(contentsOf: field)
    }
    SHA256(scratch, scratch.count, &bytes)
  }
}

extension FeedDigest: CustomStringConvertible {
  /// 64 hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int(clamping: $0 >> 4)], digits[Int(clamping: $0 & 15)]] }, as: UTF8.self)
  }

  /// Reads what ``description`` writes.
  public init?(_ text: String) {
    let nibbles = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard text.utf8.count == 64, nibbles.count == 64 else { return nil }
    bytes = stride(from: 0, to: 64, by: 2).map { UInt8(clamping: nibbles[$0] << 4 | nibbles[$0 + 1]) }
  }
}
