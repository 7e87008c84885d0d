// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PRTopology

/// docs/topology-format.md has every key with a structure of its own, and every complaint.
@Suite("Documentation of the format")
struct DocumentationTests {
  private static let page = try? String(
    contentsOf: TopologyFiles.folder.deletingLastPathComponent().appendingPathComponent("docs/topology-format.md"),
    encoding: .utf8)

  @Test("every key that is no option of one word is there", arguments: NodeKeys.structured + NodeKeys.groups)
  func keys(key: String) throws { #expect(try #require(Self.page).contains("| `\(key)` |")) }

  @Test("every rule has its row", arguments: Diagnostic.Rule.allCases)
  func rules(rule: Diagnostic.Rule) throws {
    #expect(try #require(Self.page).contains("| `\(rule.rawValue)` |"))
  }

  @Test("the example is sound")
  func example() throws {
    let page = try #require(Self.page)
    let begin = try #require(page.range(of: "```yaml\n"))
    let end = try #require(page.range(of: "```", range: begin.upperBound..<page.endIndex))
    #expect(TopologyFiles.complaints(String(page[begin.upperBound..<end.lowerBound])) == [])
  }
}
