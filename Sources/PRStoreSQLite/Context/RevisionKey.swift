// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// A revision as bytes that SQLite orders as revisions are ordered: number by number, and a proper beginning is smaller.
/// Leading zeros of the spelling do not count.
///
/// A number below 240 is one byte. A greater one is a byte of 0xF0 to 0xF7, which gives its length, and its bytes without
/// leading zeros, most significant first. No number's bytes are the beginning of another's, so the bytes of a revision
/// are those of its numbers, one after the other.
struct RevisionKey: Hashable, Sendable {
  private(set) var bytes: [UInt8] = []

  init(_ revision: Revision) {
    bytes.reserveCapacity(revision.components.count)
    for number in revision.components { append(number) }
  }

  private static let firstLong: UInt64 = 0xF0

  private mutating func append(_ number: UInt64) {
    guard number >= Self.firstLong else { return bytes.append(UInt8(truncatingIfNeeded: number)) }
    let length = 8 - number.leadingZeroBitCount / 8
    bytes.append(UInt8(truncatingIfNeeded: Self.firstLong) &+ UInt8(truncatingIfNeeded: length - 1))
    for index in stride(from: length - 1, through: 0, by: -1) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(clamping: index * 8)))
    }
  }

  /// Above every revision that begins with this one, and below every other greater one.
  var endOfBeginning: [UInt8] { bytes + [Self.beyond] }

  /// No revision's bytes begin with it or with a greater byte. Rows of a number index that do are no revisions: see
  /// ``IndexMark``.
  static let beyond: UInt8 = 0xFE
}

/// What stands in a number index behind all revisions of a package.
enum IndexMark {
  /// Rows that another program wrote and that are not indexed yet: this byte, then the value's spelling.
  static let queued: [UInt8] = [0xFE]
  /// How far the indexing of the package has come: checksum and value of the last row that is indexed.
  static let cursor: [UInt8] = [0xFF]
}
