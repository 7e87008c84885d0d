// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("The bytes by which revisions are ordered", .ownThreads)
struct RevisionKeyTests {
  static let ascending = [
    "0", "0.0", "0.0.0", "0.1", "1", "1.0", "1.239", "1.240", "1.255", "1.256", "2", "9", "10", "239", "239.9", "240",
    "240.0", "241", "255", "255.255", "256", "65535", "65536", "16777216", "4294967296", "1099511627776",
    "281474976710656", "72057594037927936", "18446744073709551614", "18446744073709551615", "18446744073709551615.0",
  ].map(revision)

  @Test("are in the order of the revisions")
  func order() {
    for (left, right) in zip(Self.ascending, Self.ascending.dropFirst()) {
      #expect(RevisionKey(left).bytes.lexicographicallyPrecedes(RevisionKey(right).bytes), "\(left) < \(right)")
    }
  }

  @Test("are in the order of any two revisions", arguments: Seed.several(2))
  func random(seed: Seed) {
    var numbers = seed.numbers
    func number() -> UInt64 {
      // Of every length in bits, and often equal.
      .random(in: 0...(UInt64.max >> UInt64.random(in: 0..<64, using: &numbers)), using: &numbers)
    }
    for _ in 0..<10_000 {
      let pair = (0..<2).map { _ in
        Revision(components: (0..<Int.random(in: 1...4, using: &numbers)).map { _ in number() })
      }
      let (left, right) = (RevisionKey(pair[0]).bytes, RevisionKey(pair[1]).bytes)
      #expect((pair[0] < pair[1]) == left.lexicographicallyPrecedes(right), "\(pair) \(seed)")
      #expect((pair[0] == pair[1]) == (left == right), "\(pair) \(seed)")
    }
  }

  @Test("do not tell spellings apart", arguments: ["7", "007", "07"])
  func spellings(text: String) { #expect(RevisionKey(revision(text)).bytes == [7]) }

  @Test("of what begins with a revision and a dot lie between its own and its end, and no others do")
  func beginnings() {
    let base = revision("239")
    for other in Self.ascending {
      let bytes = RevisionKey(other).bytes
      let isBetween =
        RevisionKey(base).bytes.lexicographicallyPrecedes(bytes)
        && bytes.lexicographicallyPrecedes(RevisionKey(base).endOfBeginning)
      #expect(isBetween == other.isUnder(base), "\(other)")
    }
  }

  @Test("never begin as a mark of the index does")
  func marks() {
    for revision in Self.ascending { #expect(RevisionKey(revision).bytes[0] < RevisionKey.beyond) }
  }
}
