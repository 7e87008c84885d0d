// SPDX-License-Identifier: Apache-2.0
import Testing

/// What every file of the project keeps to.
@Suite("Files")
struct FileTests {
  private static let longestFile = 400
  private static let longestFunction = 70

  @Test("a source file begins with its licence", arguments: SourceTree.sources + SourceTree.tests)
  func licence(file: SourceTree.File) {
    #expect(
      file.lines.first?.hasPrefix("// SPDX-License-Identifier: Apache-2.0") == true || file.path == "Package.swift")
  }

  @Test("no file is longer than 400 lines", arguments: SourceTree.sources + SourceTree.tests)
  func fileLength(file: SourceTree.File) { #expect(file.lines.count <= Self.longestFile) }

  @Test("no function is longer than 70 lines", arguments: SourceTree.sources)
  func functionLength(file: SourceTree.File) {
    for function in Self.functions(of: file) {
      #expect(function.length <= Self.longestFunction, "\(file):\(function.line) has \(function.length) lines")
    }
  }

  /// Functions end where a brace stands at their own indentation, as the formatter writes them.
  private static func functions(of file: SourceTree.File) -> [(line: Int, length: Int)] {
    var found: [(line: Int, length: Int)] = []
    for (index, line) in file.lines.enumerated() {
      let indentation = line.prefix { $0 == " " }
      let words = line.dropFirst(indentation.count)
      guard words.contains("func ") || words.contains("init("), !words.hasPrefix("//"), !words.hasSuffix("}") else {
        continue
      }
      // A requirement of a protocol has no body.
      let next = file.lines[min(index + 1, file.lines.count - 1)]
      guard words.hasSuffix("{") || words.hasSuffix("(") || next == indentation + "{" else { continue }
      guard let end = file.lines[index...].firstIndex(of: indentation + "}") else { continue }
      found.append((index + 1, end - index + 1))
    }
    return found
  }

  @Test("an escape from the compiler's care has its reason beside it", arguments: SourceTree.sources)
  func escapes(file: SourceTree.File) {
    let escapes = ["@unchecked Sendable", "nonisolated(unsafe)", "try!", " Task {", "Task.detached", "fatalError("]
    for (index, line) in file.lines.enumerated() where escapes.contains(where: line.contains) {
      let hasReason = line.contains("//") || (index > 0 && file.lines[index - 1].contains("//"))
      #expect(hasReason, "\(file):\(index + 1)")
    }
  }

  @Test("no declaration is public: there is no library", arguments: SourceTree.sources)
  func access(file: SourceTree.File) {
    for (index, line) in file.lines.enumerated() where line.contains(#/^ *(?:@\w+ )*public\b/#) {
      Issue.record("\(file):\(index + 1): what other targets use is `package`")
    }
  }

  @Test("nothing is left for later", arguments: SourceTree.sources)
  func noLeftovers(file: SourceTree.File) {
    let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    for (index, line) in file.lines.enumerated() {
      #expect(!words.contains(where: line.contains), "\(file):\(index + 1)")
    }
  }

  @Test("the top level holds what it may and nothing else")
  func topLevel() {
    let allowed = ["Package.swift", "Package.resolved", "README.md", "Sources", "Tests", "docs", "topology"]
    let others = SourceTree.names(in: "").filter { !$0.hasPrefix(".") && !allowed.contains($0) }
    #expect(others.filter { !$0.hasPrefix("prserv.") } == [])  // a server run from here leaves its database
  }
}
