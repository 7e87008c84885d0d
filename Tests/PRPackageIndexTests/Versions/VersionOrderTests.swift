// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex
import TestSeed
import Testing

@Suite("Orders of versions")
struct VersionOrderTests {
  /// Rising: each text is below the next one.
  static let rising: [(IndexKind, [String])] = [
    (.deb, ["1.0~~", "1.0~~a", "1.0~", "1.0", "1.0a", "1.0z", "1.0+", "1.0.", "1.0.1", "1.2", "1.12", "2"]),
    (.deb, ["", "0A", "0a", "1", "9", "10", "18446744073709551615", "18446744073709551616", "100000000000000000000"]),
    (.deb, ["r0", "r0.7", "r0.7.2", "r0.8", "r0.10", "r1"]),
    (.deb, ["1.0+git0+abc", "1.0+git9+abc", "1.0+git10+0ff"]),
    (.deb, ["1.z", "1.é", "1.+"]),
    (.rpm, ["1.0~rc1", "1.0~rc2", "1.0", "1.0^", "1.0^git1", "1.0^git2", "1.0a", "1.0.1", "1.0.2", "1.0.10", "1.1"]),
    (.rpm, ["~~", "~", "", "^", "A", "a", "z", "0", "9", "10", "18446744073709551616", "100000000000000000000"]),
    (.rpm, ["r0", "r0.7", "r0.7.2", "r0.8", "r0.10", "r1"]),
  ]

  @Test("a part that stands below another one does so, whatever lies between them", arguments: rising)
  func table(kind: IndexKind, texts: [String]) {
    for (left, text) in texts.enumerated() {
      for (right, other) in texts.enumerated() {
        let expected: VersionRelation = left < right ? .below : left == right ? .equal : .above
        #expect(VersionOrder(kind).relation(ofPart: text, to: other) == expected, "\(text) and \(other)")
      }
    }
  }

  @Test(
    "two spellings of one version are equal",
    arguments: [
      (IndexKind.deb, "1.0", "1.00"), (.deb, "1.0", "1."), (.deb, "", "0"), (.deb, "01", "1"), (.ipk, "1.0", "1.00"),
      (.rpm, "1.0", "1..00"), (.rpm, "1.a", "1a"), (.rpm, "1+2", "1_2"), (.rpm, "1.é", "1"), (.rpm, "007", "7"),
    ])
  func spellings(kind: IndexKind, left: String, right: String) {
    #expect(VersionOrder(kind).relation(ofPart: left, to: right) == .equal)
    #expect(VersionOrder(kind).relation(ofPart: right, to: left) == .equal)
  }

  @Test("the epoch decides, then the version, then the release", arguments: IndexKind.allCases)
  func parts(kind: IndexKind) {
    func version(_ epoch: String?, _ version: String, _ release: String?) -> PublishedVersion {
      PublishedVersion(epoch: epoch, version: version, release: release)
    }
    let order = VersionOrder(kind)
    #expect(order.relation(of: version("1", "1", "r0"), to: version(nil, "9", "r9")) == .above)
    #expect(order.relation(of: version("9", "1", "r0"), to: version("10", "1", "r0")) == .below)
    #expect(order.relation(of: version("0", "1", "r0"), to: version(nil, "1", "r0")) == .equal)
    #expect(order.relation(of: version("99999999999999999999", "1", nil), to: version("1", "1", nil)) == .above)
    #expect(order.relation(of: version(nil, "1.1", "r0"), to: version(nil, "1.0", "r9")) == .above)
    #expect(order.relation(of: version(nil, "1.0", "r0.7"), to: version(nil, "1.0", "r0.10")) == .below)
    #expect(order.relation(of: version(nil, "1.0", nil), to: version(nil, "1.0", "r0")) == .below)
  }

  @Test("signs count for dpkg and opkg, and only part words and numbers for rpm")
  func signs() {
    for kind in [IndexKind.ipk, .deb] {
      #expect(VersionOrder(kind).relation(ofPart: "1.a", to: "1a") == .above)
      #expect(VersionOrder(kind).relation(ofPart: "1+1", to: "1.1") == .below)
    }
    #expect(VersionOrder(.rpm).relation(ofPart: "1.a", to: "1a") == .equal)
    #expect(VersionOrder(.rpm).relation(ofPart: "1+1", to: "1.1") == .equal)
  }

  @Test("relations are opposite when turned, and hold across three", arguments: Seed.several(20))
  func laws(seed: Seed) {
    for kind in IndexKind.allCases {
      var versions = RandomVersions(kind: kind, numbers: seed.numbers)
      let order = VersionOrder(kind)
      for _ in 0..<200 {
        let (first, second) = versions.pair()
        let third = versions.pair().0
        let relation = order.relation(of: first, to: second)
        #expect(order.relation(of: second, to: first).rawValue == -relation.rawValue, "\(seed)")
        #expect(order.relation(of: first, to: first) == .equal, "\(seed)")
        let row = [first, second, third].sorted { order.relation(of: $0, to: $1) == .below }
        for (left, right) in [(0, 1), (1, 2), (0, 2)] {
          let relation = order.relation(of: row[left], to: row[right])
          #expect(relation != .above, "\(row.map(\.description)) \(seed)")
        }
        if order.relation(of: row[0], to: row[2]) == .equal {
          #expect(order.relation(of: row[0], to: row[1]) == .equal, "\(row.map(\.description)) \(seed)")
        }
      }
    }
  }
}
