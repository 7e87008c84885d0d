// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRSimulation
import Testing

/// Stories that are kept as texts, and the digests that runs have on every machine.
@Suite("Stories that are kept")
struct KeptStoryTests {
  private static let stories: [URL] =
    (Bundle.module.urls(forResourcesWithExtension: "story", subdirectory: "Stories") ?? []).map { $0 as URL }

  @Test("there are some") func some() { #expect(Self.stories.count > 5) }

  @Test("break no law, and give the answers that they name", arguments: stories)
  func laws(file: URL) throws {
    let story = try Story(String(contentsOf: file, encoding: .utf8))
    #if !PostgreSQL
      guard !story.isOnPostgres else { return }
    #endif
    #expect(StoryRun.play(story).violations == [], "\(file.lastPathComponent)")
  }

  /// `headwater simulate stories --count 20 --seed 1 --digests | sort -n` makes the file anew, after a change of what is sent.
  @Test("20 random ones have the digests that another machine found")
  func digests() throws {
    let file = try #require(Bundle.module.url(forResource: "digests", withExtension: "txt", subdirectory: "Stories"))
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(lines.count == 20)
    for line in lines {
      let words = line.split(separator: " ")
      let seed = try #require(words.first.flatMap { UInt64($0) })
      let digest = StoryRun.play(.random(seed: seed)).digest
      #expect(words.last.map(String.init) == String(digest, radix: 16), "seed \(seed)")
    }
  }

  @Test(
    "a text that is no story is refused where it is wrong",
    arguments: [
      ("seed x", "line 1: 'x' is no number of 64 bits"),
      ("node hq\nnode a below b", "line 0: there is no node 'b', which is to stand above 'a'"),
      ("node hq lane 2/2", "line 1: '2/2' is no lane such as 0/2"),
      ("node hq\n1s ask hq p c", "line 2: '1s' is not 'seed', 'watch', 'node', 'link' or a time such as 1500ms"),
      ("node hq\n1ms ask hq p", "line 2: the checksum is missing"),
      ("node hq\n1ms jump hq", "line 2: nothing is called 'jump'"),
      ("node hq\n1ms kill hq now", "line 2: 'now' is too much"),
      ("node hq postgresql stock", "line 0: 'hq' is on PostgreSQL, and so has no node above it"),
      (
        "node hq postgresql\n1ms database hq burn",
        "line 2: 'burn' is not one of \(Story.DatabaseFault.allCases.map(\.rawValue).joined(separator: ", "))"
      ),
      ("node hq\n1ms kill qh", "line 0: there is no node 'qh'"),
    ])
  func mistakes(text: String, explanation: String) {
    #expect(throws: Story.Mistake.self) { try Story(text) }
    do { _ = try Story(text) } catch { #expect("\(error)" == explanation) }
  }
}
