// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("The digest of a feed", .ownThreads)
struct FeedDigestTests {
  /// Computed by Python: `d = sha256(d + b"".join(len(f).to_bytes(4, "big") + f for f in row)).digest()`.
  static let known: [(row: Row, digest: String)] = [
    (.busybox("a", "0"), "8e971646eeaf08d56c8063de7fe369cd3cd69b8c1f0ef264d0554a6bbc2c19e3"),
    (.busybox("é😀", "1.10"), "164eb76de810d386181d1c3b1e07620e17315430cf3376a0bfd4e104181e5c20"),
    (Row(tuple: TupleKey("", "", ""), value: ""), "edb4cf82997ab35e3c8d89cb356a9f86018149198077f22b476ab3efac6a7de6"),
    (
      Row(tuple: TupleKey("nul\u{0}", "p", "c"), value: "2"),
      "bc9f2707b38df48fb05e6249b3ff5ec8a18a04c05b0279d45f026060caba4b6d"
    ),
  ]

  @Test("is the SHA-256 that others compute, row for row")
  func knownAnswers() {
    var digest = FeedDigest.start
    #expect(digest.description == String(repeating: "0", count: 64))
    for (row, expected) in Self.known {
      digest.add(row)
      #expect(digest.description == expected, "\(row)")
    }
  }

  @Test("tells where one name ends and the next begins, and spellings apart that look the same")
  func boundaries() {
    let rows = [
      Row(tuple: TupleKey("ab", "c", "d"), value: "1"), Row(tuple: TupleKey("a", "bc", "d"), value: "1"),
      Row(tuple: TupleKey("abc", "", "d"), value: "1"), Row(tuple: TupleKey("", "abc", "d"), value: "1"),
      Row(tuple: TupleKey("é", "p", "d"), value: "1"), Row(tuple: TupleKey("e\u{301}", "p", "d"), value: "1"),
    ]
    let digests = rows.map { row in
      var digest = FeedDigest.start
      digest.add(row)
      return digest.description
    }
    #expect(Set(digests).count == rows.count)
  }

  @Test("is read as it was written", arguments: Seed.several(1))
  func roundTrip(seed: Seed) {
    var (numbers, digest) = (seed.numbers, FeedDigest.start)
    for _ in 0..<50 {
      #expect(FeedDigest(digest.description) == digest, "\(seed)")
      digest.add(.busybox("\(numbers.next())", "1"))
    }
  }

  @Test(
    "is read from nothing else",
    arguments: [
      "", "0", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
      String(repeating: "0", count: 63) + "g", String(repeating: "0", count: 62) + "é",
      " " + String(repeating: "0", count: 63), String(repeating: "0", count: 63) + "\u{FF10}",
    ])
  func junk(text: String) { #expect(FeedDigest(text) == nil) }

  @Test("a position is read as it was written", arguments: ["a-b-c", "", "two words", "é 7 8", " "])
  func positions(store: String) {
    var digest = FeedDigest.start
    digest.add(.busybox("a", "0"))
    for serial in [0, 1, Int64.max] {
      let position = FeedPosition(store: store, serial: serial, digest: digest)
      #expect(FeedPosition(position.description) == position)
    }
  }

  @Test(
    "a position is read from nothing else",
    arguments: ["", "store", "store 1", "store 1 ab", "store x \(FeedDigest.start)"])
  func noPosition(text: String) { #expect(FeedPosition(text) == nil) }
}
