// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRSimulation
import Testing

/// Each alarm that the documentation names has a story in which it must be raised.
@Suite("The alarms of a federation")
struct AlarmWorldTests {
  /// What no story raises, and why.
  private static let without = [
    "certificate-names": "names of listeners are looked at by TLS alone, which is not simulated",
    "disk-almost-full": "rows are kept in memory",
    "federation-keys": "the folder of keys is in memory, and never fails; RekeyTests has it",
    "foreign-report": "no simulated node lies about others; AuthorityTests and the attacks have it",
    "level-loop": "it takes nodes that know no paths of questions; CircleTests and LevelTests have it",
    "machine-left": "simulated authorities have one machine; MachinesOfAuthorityTests has it",
    "member-store": "no simulated node steals a key; ReportTests has it",
  ]

  private static let documented: [String] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try? String(contentsOf: root.appending(path: "docs/operations/monitoring.md"), encoding: .utf8)
    let lines = (text ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    return lines.drop { !$0.hasPrefix("| alarm | meaning |") }.dropFirst(2).prefix { $0.hasPrefix("|") }
      .flatMap { row in
        let names = row.split(separator: "|").first?.split(separator: "`") ?? []
        return names.filter { $0.first?.isLetter == true }.map { String($0.prefix { $0 != ":" }) }
      }
  }()

  private static func stories() throws -> [(name: String, story: Story)] {
    let files = Bundle.module.urls(forResourcesWithExtension: "story", subdirectory: "Stories") ?? []
    return try files.map { file in
      (file.lastPathComponent ?? "", try Story(String(contentsOf: file as URL, encoding: .utf8)))
    }
  }

  @Test("have a story each in which they must be raised, or a reason why not")
  func worlds() throws {
    #expect(Self.documented.count > 25, "the table is found")
    let expected = try Set(
      Self.stories().flatMap { _, story in
        story.actions.compactMap { timed in
          if case .alarm(_, let cause, let state) = timed.action, state != .ended { cause } else { nil }
        }
      })
    for kind in Set(Self.documented) {
      let has = expected.contains { $0 == kind || $0.hasPrefix(kind + ":") }
      #expect(has != (Self.without[kind] != nil), "\(kind)")
    }
    #expect(Set(Self.without.keys).isSubset(of: Self.documented))
  }

  @Test("are none in the quiet stories")
  func quiet() throws {
    let quiet = try Self.stories().filter { $0.name.hasPrefix("federation-quiet-") }
    #expect(quiet.count >= 8)
    for (name, story) in quiet {
      #expect(!story.actions.contains { if case .alarm = $0.action { true } else { false } }, "\(name)")
    }
  }
}
