// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex
import TestSeed
import Testing

@Suite("Comparisons of package feeds")
struct FeedComparisonTests {
  private func compare(
    _ old: [PublishedPackage], _ new: [PublishedPackage], kind: IndexKind = .ipk
  ) -> (texts: [String], gone: Int, moved: Int) {
    var snapshot = FeedSnapshot()
    for package in old { snapshot.take(package, kind: kind) }
    var comparison = FeedComparison(old: snapshot)
    let findings = new.flatMap { comparison.take($0, kind: kind) }
    let outcome = comparison.finish()
    return ((findings + outcome.findings).map(\.description), outcome.gone, outcome.moved)
  }

  @Test("a feed that only grows has no findings; what it no longer has is counted", arguments: IndexKind.allCases)
  func healthy(kind: IndexKind) {
    let old: [PublishedPackage] = [
      .sample("a", "1.0-r0.7"), .sample("a", "1.0-r0.9"), .sample("b", "2.0-r0.1"), .sample("c", "1:1-r0"),
      .sample("d", "1.0-r0.3"), .sample("e", "1.0-r0.3"),
    ]
    let new: [PublishedPackage] = [
      .sample("a", "1.0-r0.7"), .sample("a", "1.0-r0.10", content: "sha256:bb"), .sample("b", "2.0-r0.1"),
      .sample("c", "1:2-r0"), .sample("e", "1.0-r0.3", arch: "all"), .sample("f", "0.1-r0.0"),
    ]
    let outcome = compare(old, new, kind: kind)
    #expect(outcome.texts == [])
    #expect((outcome.gone, outcome.moved) == (2, 1))
  }

  @Test("a newest version that is below the old one is found, in whatever order the new ones come")
  func downgrade() {
    let old: [PublishedPackage] = [.sample("a", "1.0-r0.7", line: 1), .sample("a", "1.0-r0.12", line: 2, file: "old")]
    let new: [PublishedPackage] = [
      .sample("a", "1.0-r0.7", line: 5), .sample("a", "1.0-r0.9", line: 6), .sample("a", "1.0-r0.8", line: 7),
    ]
    let expected =
      "Packages:6: a 1.0-r0.9 (core2-64) is below 1.0-r0.12 at old:2, from which a device does not upgrade"
    #expect(compare(old, new).texts == [expected])
    #expect(compare(old, new.reversed()).texts == [expected])
    for added in ["1.0-r0.12", "1.0-r0.13", "1:0-r0"] {
      #expect(compare(old, new + [.sample("a", added)]).texts == [])
      #expect(compare(old, [.sample("a", added)] + new).texts == [])
    }
  }

  @Test("the order is that of the package manager")
  func order() {
    let (old, new) = ([PublishedPackage.sample("a", "1.a-r0")], [PublishedPackage.sample("a", "1a-r0")])
    #expect(compare(old, new, kind: .deb).texts.count == 1)
    #expect(compare(old, new, kind: .rpm).texts == [])
  }

  @Test("an equal version with another content is found, also in another spelling")
  func content() {
    let old: [PublishedPackage] = [.sample("a", "1.0-r0.7", line: 1, file: "old"), .sample("b"), .sample("c")]
    let new: [PublishedPackage] = [
      .sample("a", "1.00-r0.07", content: "sha256:bb", line: 2), .sample("b"), .sample("c", content: nil),
    ]
    #expect(
      compare(old, new).texts == [
        "Packages:2: a 1.00-r0.07 (core2-64) has another content than 1.0-r0.7 at old:1, "
          + "and a device does not upgrade to an equal version"
      ])
  }

  @Test("a recipe that changed its architecture and began anew is found")
  func moved() {
    let old: [PublishedPackage] = [
      .sample("a", "1.0-r0.7", line: 1, file: "old"), .sample("b", "1.0-r0.7"), .sample("c", arch: "other"),
      .sample("c", "1.0-r0.1"),
    ]
    let new: [PublishedPackage] = [
      .sample("a", "1.0-r0.0", arch: "all", line: 3), .sample("b", "1.0-r0.8", arch: "all"),
      .sample("c", "1.0-r0.2"),
    ]
    let outcome = compare(old, new)
    #expect(
      outcome.texts == [
        "Packages:3: a 1.0-r0.0 (all) is below 1.0-r0.7 of the architecture core2-64 at old:1, "
          + "from which a device does not upgrade"
      ])
    #expect((outcome.gone, outcome.moved) == (3, 2))
  }

  @Test("the findings are those of a comparison of all pairs", arguments: Seed.several(20))
  func random(seed: Seed) {
    var numbers = seed.numbers
    for kind in IndexKind.allCases {
      func packages(_ count: Int) -> [PublishedPackage] {
        var versions = RandomVersions(kind: kind, numbers: Seed(numbers.next()).numbers)
        return (0..<count).map { line in
          .sample("p\(line % 40)", versions.version().description, arch: "x", content: nil, line: line)
        }
      }
      let (old, new) = (packages(60), packages(70))
      let order = VersionOrder(kind)
      func newest(_ name: String, _ packages: [PublishedPackage]) -> PublishedVersion? {
        packages.filter { $0.name == name }.map(\.version).max { order.relation(of: $0, to: $1) == .below }
      }
      let names = (0..<40).map { "p\($0)" }
      let expected = names.filter { name in
        guard let old = newest(name, old), let new = newest(name, new) else { return false }
        return order.relation(of: new, to: old) == .below
      }
      var snapshot = FeedSnapshot()
      for package in old { snapshot.take(package, kind: kind) }
      var comparison = FeedComparison(old: snapshot)
      for package in new { #expect(comparison.take(package, kind: kind) == []) }
      let found = comparison.finish().findings.compactMap { finding -> String? in
        guard case .downgrade(_, let new) = finding else { return nil }
        return new.name
      }
      #expect(found.sorted() == expected.sorted(), "\(seed)")
      #expect(!expected.isEmpty)
    }
  }
}
