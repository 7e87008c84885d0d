// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@Suite("Packages and tuples")
struct KeysTests {
  static let precomposed = "caf\u{E9}"
  static let decomposed = "cafe\u{301}"

  @Test("two spellings of é name two packages, though Swift calls the texts equal")
  func bytewiseEquality() {
    #expect(Self.precomposed == Self.decomposed)
    let versions = [Self.precomposed, Self.decomposed].map { PackageKey(version: $0, pkgarch: "all") }
    let pkgarchs = [Self.precomposed, Self.decomposed].map { PackageKey(version: "v", pkgarch: $0) }
    let checksums = [Self.precomposed, Self.decomposed].map { TupleKey(version: "v", pkgarch: "all", checksum: $0) }
    #expect(versions[0] != versions[1] && Set(versions).count == 2)
    #expect(pkgarchs[0] != pkgarchs[1] && Set(pkgarchs).count == 2)
    #expect(checksums[0] != checksums[1] && Set(checksums).count == 2)
    #expect(TupleKey(package: versions[0], checksum: "c") != TupleKey(package: versions[1], checksum: "c"))
  }

  @Test("equal bytes are equal keys with equal hashes, wherever the text came from")
  func equalBytes() {
    let whole = TupleKey(version: "busybox-1.36.1-r0", pkgarch: "core2-64", checksum: "0123456789abcdef0123")
    let pieced = TupleKey(
      version: String("xbusybox-1.36.1-r0".dropFirst()), pkgarch: ["core2", "64"].joined(separator: "-"),
      checksum: String(decoding: Array("0123456789abcdef0123".utf8), as: UTF8.self))
    #expect(whole == pieced)
    #expect(whole.hashValue == pieced.hashValue)
    #expect(!(whole < pieced) && !(pieced < whole))
  }

  /// Ascending by bytes. Neither Swift's own order (é sorts as its decomposition) nor that of UTF-16 (U+10000 goes before
  /// U+FFFD) agrees.
  static let ascending = [
    "", "\u{1}", "10", "9", "A", "Z", "a", "a\u{0}", "ab", "ez", "e\u{301}", "z", "\u{E9}", "\u{FFFD}", "\u{10000}",
  ]

  @Test("each part is ordered by its bytes", arguments: ascending.indices)
  func order(index: Int) {
    for other in Self.ascending.indices {
      let (left, right) = (Self.ascending[index], Self.ascending[other])
      let versions = [left, right].map { PackageKey(version: $0, pkgarch: "p") }
      let pkgarchs = [left, right].map { PackageKey(version: "v", pkgarch: $0) }
      let checksums = [left, right].map { TupleKey(version: "v", pkgarch: "p", checksum: $0) }
      #expect((versions[0] < versions[1]) == (index < other), "version \(left) and \(right)")
      #expect((pkgarchs[0] < pkgarchs[1]) == (index < other), "pkgarch \(left) and \(right)")
      #expect((checksums[0] < checksums[1]) == (index < other), "checksum \(left) and \(right)")
      #expect((checksums[0] == checksums[1]) == (index == other), "checksum \(left) and \(right)")
    }
  }

  @Test("version goes before pkgarch, and both before checksum")
  func precedence() {
    #expect(PackageKey(version: "a", pkgarch: "z") < PackageKey(version: "b", pkgarch: "a"))
    #expect(
      TupleKey(version: "a", pkgarch: "b", checksum: "z") < TupleKey(version: "a", pkgarch: "c", checksum: "a"))
    #expect(
      TupleKey(version: "a", pkgarch: "z", checksum: "z") < TupleKey(version: "b", pkgarch: "a", checksum: "a"))
  }

  @Test("the same letters cut at other places are other keys, with other hashes")
  func hashSeparation() {
    let letters = Array("aaaaaaaaaa")
    var keys: Set<TupleKey> = []
    for first in 0...letters.count {
      for second in first...letters.count {
        keys.insert(
          TupleKey(
            version: String(letters[..<first]), pkgarch: String(letters[first..<second]),
            checksum: String(letters[second...])))
      }
    }
    #expect(keys.count == 66)
    #expect(Set(keys.map(\.hashValue)).count == 66)
  }

  @Test("a key prints its parts")
  func description() {
    #expect(TupleKey(version: "v", pkgarch: "p", checksum: "c").description == "v p c")
  }
}
