// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The faults that `.ci/faults` plants: a patch that no longer fits the sources finds nothing.
@Suite("Planted faults")
struct PlantedFaultTests {
  private static let paths = SourceTree.paths(under: "Tests/Faults", ending: ".patch")

  @Test("there are 40 at least, in all layers")
  func count() {
    #expect(Self.paths.count >= 40)
    let layers = Set(Self.paths.compactMap { Patch(SourceTree.text($0)).layer })
    #expect(layers.count >= 10, "\(layers.sorted())")
  }

  @Test("each says what is wrong, in which layer, and what finds it", arguments: paths)
  func head(path: String) throws {
    let patch = Patch(SourceTree.text(path))
    #expect(patch.title.hasSuffix("."), "the first line is a sentence")
    #expect(patch.layer != nil)
    let finder = try #require(patch.finder)
    let isStories = ["stories", "stories on PostgreSQL", "stories of federations"].contains(finder)
    let target = finder.prefix { $0 != "." }
    #expect(isStories || SourceTree.exists("Tests/\(target)"), "there are no tests '\(target)'")
  }

  @Test("each applies to the sources as they are", arguments: paths)
  func applies(path: String) {
    let patch = Patch(SourceTree.text(path))
    #expect(!patch.hunks.isEmpty)
    for hunk in patch.hunks {
      #expect(hunk.path.hasPrefix("Sources/"))
      let places = hunk.places(in: SourceTree.text(hunk.path).components(separatedBy: "\n"))
      #expect(!places.isEmpty, "\(hunk.path) has changed: make the patch anew")
      #expect(hunk.changesSomething)
    }
  }

  @Test("a patch whose lines are not there does not apply")
  func example() {
    let patch = Patch("A title.\nLayer: rule\n\n--- a/Sources/A\n+++ b/Sources/A\n@@ -1,3 +1,3 @@\n a\n-b\n+d\n c\n")
    #expect(patch.hunks.map(\.path) == ["Sources/A"])
    #expect(patch.hunks.first?.places(in: ["x", "a", "b", "c"]) == [1])
    #expect(patch.hunks.first?.places(in: ["a", "b", "x", "c"]) == [])
  }
}

/// A unified diff with a few lines in front.
private struct Patch {
  let title: String
  private(set) var layer: String?
  private(set) var finder: String?
  private(set) var hunks: [Hunk] = []

  struct Hunk {
    let path: String
    /// What stands there.
    var before: [String] = []
    /// What takes its place.
    var after: [String] = []

    var changesSomething: Bool { before != after }

    /// Where the lines stand.
    func places(in lines: [String]) -> [Int] {
      lines.indices.filter { lines[$0...].starts(with: before) }
    }
  }

  init(_ text: String) {
    let lines = text.components(separatedBy: "\n")
    title = lines[0]
    var path = ""
    for line in lines.dropFirst() {
      if line.hasPrefix("--- a/") { continue }
      if line.hasPrefix("+++ b/") {
        path = String(line.dropFirst(6))
      } else if line.hasPrefix("@@") {
        hunks.append(Hunk(path: path))
      } else if hunks.isEmpty {
        if line.hasPrefix("Layer: ") { layer = String(line.dropFirst(7)) }
        if line.hasPrefix("Found by: ") { finder = String(line.dropFirst(10)) }
      } else {
        take(line)
      }
    }
  }

  private mutating func take(_ line: String) {
    let content = String(line.dropFirst())
    switch line.first {
    case "-": hunks[hunks.count - 1].before.append(content)
    case "+": hunks[hunks.count - 1].after.append(content)
    case " ":
      hunks[hunks.count - 1].before.append(content)
      hunks[hunks.count - 1].after.append(content)
    default: break
    }
  }
}
