// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex
import TestSeed
import Testing

@Suite("Audits of package feeds")
struct FeedAuditTests {
  private func findings(_ packages: [(PublishedPackage, String)], kind: IndexKind = .ipk) -> [String] {
    var audit = FeedAudit()
    let findings = packages.flatMap { audit.take($0.0, kind: kind, index: $0.1) } + audit.finish()
    #expect(audit.finish() == [])
    return findings.map(\.description)
  }

  @Test("a healthy feed has no findings: the same file in two indexes, older versions, packages without values")
  func healthy() {
    #expect(
      findings([
        (.sample(line: 1), "a"), (.sample("foo-dev", line: 2), "a"),
        (.sample("foo", "1.0-r0.8", content: "sha256:bb", line: 3), "a"),
        (.sample("foo-dev", "1.0-r0.8", content: "sha256:bb", line: 4), "a"),
        (.sample("foo-new", "1.0-r0.8", content: "sha256:bb", line: 5), "a"),
        (.sample("foo", "1.0-r0.9", arch: "all", content: "sha256:cc", line: 6), "a"),
        (.sample("bar", "1.0-r0", recipe: "bar", content: nil, line: 7), "a"),
        (.sample("baz", "3.1-1", recipe: nil, line: 8), "a"), (.sample(line: 1), "b"),
        (.sample("foo", "1.0-r0.9", content: "sha256:dd", line: 2), "b"),
      ]) == [])
  }

  @Test("one version with two contents is found within an index and across indexes, by checksum or by size")
  func contents() {
    #expect(
      findings([
        (.sample(line: 1, file: "a/Packages"), "a"),
        (.sample(content: "sha256:bb", line: 9, file: "a/Packages"), "a"),
        (.sample(size: 101, line: 3, file: "b/Packages"), "b"),
        (.sample(content: "md5:cc", line: 4, file: "b/Packages"), "b"),
        (.sample(content: "md5:cc", size: 102, line: 5, file: "b/Packages"), "b"),
        (.sample(content: "sha256:dd", size: nil, line: 6, file: "b/Packages"), "b"),
        (.sample(size: nil, line: 7, file: "b/Packages"), "b"), (.sample(content: nil, line: 8), "b"),
      ]) == [
        "a/Packages:9: foo 1.0-r0.7 (core2-64) has another content than at a/Packages:1",
        "b/Packages:3: foo 1.0-r0.7 (core2-64) has another content than at a/Packages:1",
        "b/Packages:5: foo 1.0-r0.7 (core2-64) has another content than at a/Packages:1",
        "b/Packages:6: foo 1.0-r0.7 (core2-64) has another content than at a/Packages:1",
      ])
  }

  @Test("packages of a recipe whose newest values differ are found in each index, at its end")
  func values() {
    let index: [PublishedPackage] = [
      .sample("foo", "1.0-r0.7", line: 1), .sample("foo", "1.0-r0.10", content: "sha256:bb", line: 2),
      .sample("foo-dev", "1.0-r0.7", line: 3), .sample("foo-doc", "1.0-r0.9", line: 4),
      .sample("foo", "1.0-r1.1", line: 5), .sample("bar", "1.0-r0.3", recipe: "bar", line: 6),
    ]
    let expected =
      "Packages:3: the packages of foo 1.0-r0 (core2-64) have two values: 7 here, 10 at Packages:2"
    #expect(findings(index.map { ($0, "a") } + index.map { ($0, "b") }) == [expected, expected])
    #expect(findings([(index[0], "a"), (index[1], "b"), (index[2], "a")]) == [])
  }

  @Test(
    "a value that does not parse is found",
    arguments: ["1.0-r0.7x", "1.0-r0.", "1.0-r0.7..1", "1.0-r0.18446744073709551616"])
  func unreadable(version: String) {
    #expect(
      findings([(.sample("foo", version, line: 4), "a")]) == [
        "Packages:4: the release of foo \(version) (core2-64) does not end in a value"
      ])
  }

  @Test("names of an index do not reach the terminal as they are")
  func quoted() {
    let text = findings([(.sample("fo\u{1B}[2Jo", "1.0-r0.7x"), "a")])
    #expect(text == ["Packages:1: the release of fo?[2Jo 1.0-r0.7x (core2-64) does not end in a value"])
  }

  @Test("the findings in thousands of packages are those that were put there", arguments: Seed.several(5))
  func random(seed: Seed) {
    var numbers = seed.numbers
    var audit = FeedAudit()
    var (found, planted): ([FeedFinding], Set<Int>) = ([], [])
    for line in 1...40_000 {
      let recipe = "recipe\(line / 8)"
      let isPlanted = line > 1 && Int.random(in: 0..<500, using: &numbers) == 0
      if isPlanted { planted.insert(line) }
      // A planted one is the package before it with another content.
      found += audit.take(
        .sample(
          "\(recipe)-\(isPlanted ? line - 1 : line)", "1.0-r0.\(line / 8)", recipe: recipe,
          content: "sha256:\(isPlanted ? 0 : line)", line: line), kind: .rpm, index: "a")
    }
    found += audit.finish()
    let lines = found.compactMap { finding -> Int? in
      guard case .twoContents(let package, _) = finding else { return nil }
      return package.place.line
    }
    // The package before it may be of another recipe, which is another name, or be a planted one itself.
    let expected = planted.filter { ($0 - 1) / 8 == $0 / 8 && !planted.contains($0 - 1) }
    #expect(Set(lines).isSuperset(of: expected), "\(seed)")
    #expect(Set(lines).isSubset(of: planted) && found.count == lines.count, "\(seed)")
  }
}
