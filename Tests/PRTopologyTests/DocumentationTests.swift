// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRTopology
import Testing

/// docs/topology-format.md tells of every key and every complaint.
@Suite("Documentation of the format")
struct DocumentationTests {
  private static let page = try? String(
    contentsOf: TopologyFiles.folder.deletingLastPathComponent().appendingPathComponent("docs/topology-format.md"),
    encoding: .utf8)

  @Test("every key is there, with its default", arguments: Setting.all)
  func keys(setting: Setting) throws {
    let page = try #require(Self.page)
    let line = try #require(page.split(separator: "\n").first { $0.contains("`\(setting.key)`") }, "\(setting.key)")
    if let standard = setting.standard, setting.kind.isWritten { #expect(line.contains(standard), "\(setting.key)") }
  }

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

extension Setting.Kind {
  /// Paths and addresses have no default that a table could show.
  fileprivate var isWritten: Bool { if case .page = self { false } else { true } }
}
