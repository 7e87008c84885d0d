// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("What a mark tells of its database", .ownThreads)
struct StoreMarkTests {
  private static let one = digest("a")
  private static let other = digest("b")
  private static let mark = StoreMark(
    store: "s t", base: FeedPoint(serial: 10, digest: .start), last: FeedPoint(serial: 20, digest: one))

  private static func digest(_ checksum: String) -> FeedDigest {
    var digest = FeedDigest.start
    digest.add(Row(tuple: TupleKey(version: "v", pkgarch: "p", checksum: checksum), value: "0"))
    return digest
  }

  static let feeds: [(String, Int64, FeedDigest?, StoreLoss?)] = [
    ("s t", 20, one, nil),
    ("s t", 21, one, nil),
    ("s t", .max, one, nil),
    ("s t", 19, nil, .behind(mark: 20, file: 19)),
    ("s t", 0, nil, .behind(mark: 20, file: 0)),
    ("s t", 20, other, .otherRows(mark: 20)),
    ("s t", 90, other, .otherRows(mark: 20)),
    ("x", 90, one, .otherStore(mark: "s t", file: "x")),
  ]

  @Test("it fits a feed that has the same rows up to it, whatever came since", arguments: feeds)
  func rule(store: String, last: Int64, digest: FeedDigest?, loss: StoreLoss?) {
    #expect(Self.mark.loss(of: StoreMark.Feed(store: store, lastSerial: last, digest: digest)) == loss)
  }

  @Test("it is read as it was written")
  func roundTrip() { #expect(StoreMark(Self.mark.text) == Self.mark) }

  @Test("a mark with any byte changed, cut off or added is none")
  func changed() {
    let bytes = Array(Self.mark.text.utf8)
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      #expect(StoreMark(String(decoding: changed, as: UTF8.self)) == nil, "byte \(index)")
      #expect(StoreMark(String(decoding: bytes[..<index], as: UTF8.self)) == nil, "\(index) bytes")
    }
    #expect(StoreMark(Self.mark.text + "\n") == nil)
  }
}
