// SPDX-License-Identifier: Apache-2.0
import Testing

@Suite("What is fuzzed")
struct FuzzedMessageTests {
  /// The bodies that a peer sends. What is part of one is read with it.
  private static let bodies = SourceTree.sources.filter { $0.path.hasPrefix("Sources/PRMembership/Messages/") }
    .flatMap(\.lines).compactMap { line in
      line.firstMatch(of: #/^package struct (\w+(?:Fields|Answer)): (?:FederationFields|Codable, Hashable)/#)
        .map { (name: String($0.1), isRequest: line.contains("FederationFields")) }
    }
    .filter { $0.isRequest || $0.name.hasSuffix("Answer") }.map(\.name)

  @Test("has each body of a request about the federation, and each answer")
  func federation() {
    let target = SourceTree.text("Tests/Fuzz/Targets/FederationTarget.swift")
    #expect(Self.bodies.count >= 11)
    for name in Self.bodies { #expect(target.contains("again(\(name).self"), "\(name) is in no target of the fuzzer") }
  }
}
