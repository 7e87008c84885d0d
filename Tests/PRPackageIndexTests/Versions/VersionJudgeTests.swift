// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRPackageIndex
import Subprocess
import TestSeed
import Testing

/// The package managers themselves judge what the orders say: a few hundred random pairs always, and 100,000 of each kind
/// where `HEADWATER_LONG_TESTS` is 1.
@Suite("Orders of versions, judged by package managers")
struct VersionJudgeTests {
  private static let count = ProcessInfo.processInfo.environment["HEADWATER_LONG_TESTS"] == "1" ? 100_000 : 300

  @Test(
    "dpkg agrees about every pair",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/dpkg"), "needs dpkg"),
    arguments: Seed.several(1))
  func dpkg(seed: Seed) async throws {
    let claims = Self.claims(.deb, seed)
    // The order must tell all three apart, or the comparison shows little.
    for name in ["lt", "eq", "gt"] { #expect(claims.count { $0.contains(" \(name) ") } > Self.count / 50) }
    let disputed = try await Self.disputed(claims)
    #expect(disputed == [], "\(seed)")
  }

  @Test(
    "dpkg contradicts a wrong order",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/dpkg"), "needs dpkg"))
  func wrong() async throws {
    let disputed = try await Self.disputed(["1.0 lt 1.1", "1.0 gt 1.0.1", "1.0~ lt 1.0", "2 eq 3"])
    #expect(disputed == ["1.0 gt 1.0.1", "2 eq 3"])
  }

  @Test(
    "rpm agrees about every pair",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/rpm"), "needs Debian's package rpm"),
    arguments: Seed.several(1))
  func rpm(seed: Seed) async throws {
    var versions = RandomVersions(kind: .rpm, numbers: seed.numbers)
    let pairs = (0..<Self.count).map { _ in versions.pair() }
    let lines = pairs.map { "\($0.0.description) \($0.1.description)\n" }.joined()
    let script = """
      %{lua: for line in io.stdin:lines() do local a, b = line:match("^(%S+) (%S+)$")
      print(string.format("%d;", rpm.vercmp(a, b))) end}
      """
    let judge = try await run(
      .path("/usr/bin/rpm"), arguments: ["--eval", script], input: .string(lines), output: .string(limit: 1 << 24),
      error: .string(limit: 1 << 16))
    let answers = try #require(judge.standardOutput).split(separator: ";").compactMap {
      Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    #expect(answers.count == pairs.count, "rpm says: \(judge.standardError ?? "")")
    for value in [-1, 0, 1] { #expect(answers.count { $0 == value } > Self.count / 50) }
    for (pair, answer) in zip(pairs, answers) {
      let relation = VersionOrder(.rpm).relation(of: pair.0, to: pair.1)
      #expect(relation.rawValue == answer, "\(pair.0.description) and \(pair.1.description); \(seed)")
    }
  }

  /// What the order says of random pairs, in dpkg's words: `1.0 lt 1.1`.
  private static func claims(_ kind: IndexKind, _ seed: Seed) -> [String] {
    var versions = RandomVersions(kind: kind, numbers: seed.numbers)
    return (0..<count).map { _ in
      let (left, right) = versions.pair()
      let word = ["lt", "eq", "gt"][VersionOrder(kind).relation(of: left, to: right).rawValue + 1]
      return "\(left.description) \(word) \(right.description)"
    }
  }

  /// Those of the claims that dpkg finds false; it is a process for each of them.
  private static func disputed(_ claims: [String]) async throws -> [String] {
    let loop = """
      while read -r left word right; do
        dpkg --compare-versions "$left" "$word" "$right" || echo "$left $word $right"
      done
      """
    let judge = try await run(
      .path("/bin/sh"), arguments: ["-c", loop], input: .string(claims.map { "\($0)\n" }.joined()),
      output: .string(limit: 1 << 24), error: .string(limit: 1 << 16))
    #expect(judge.terminationStatus == .exited(0))
    #expect(judge.standardError == "")
    return try #require(judge.standardOutput).split(separator: "\n").map(String.init)
  }
}
