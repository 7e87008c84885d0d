// SPDX-License-Identifier: Apache-2.0
import Testing

/// Tests wait for signals, and do not depend on how fast a machine is.
@Suite("The pace of tests")
struct PaceTests {
  /// What sleeps, polls, or gives up after a time: all of the words stand in one line. The limit that ends a hung test
  /// is no such time.
  private static let suspects: [(name: String, words: [String])] = [
    ("a sleep", ["sleep("]), ("a yield", ["Task.yield"]), ("a yield", ["sched_yield"]), ("a timer", ["asyncAfter"]),
    ("a loop that looks at the clock", ["while ", ".now"]), ("a loop that looks at the clock", ["while ", "Date("]),
    ("a loop that is left at a time", ["guard ", ".now"]), ("a loop that is left at a time", ["guard ", "Date("]),
    ("a wait that gives up", ["wait(timeout:"]), ("a wait that gives up", ["wait(seconds:"]),
    ("a time limit of its own", [".timeLimit("]),
  ]

  /// A line above it, or its end, says why it may stand there.
  @Test("what sleeps, polls or gives up after a time has its reason beside it", arguments: SourceTree.tests)
  func reasons(file: SourceTree.File) {
    guard !file.path.hasSuffix("/PaceTests.swift") else { return }
    for (index, line) in file.lines.enumerated() where !line.isComment && !line.contains("Limit.seconds") {
      for (name, words) in Self.suspects where words.allSatisfy(line.contains) {
        let hasReason = line.contains(" // ") || (index > 0 && file.lines[index - 1].isComment)
        #expect(hasReason, "\(file):\(index + 1): \(name)")
      }
    }
  }

  /// The log of a server arrives by two threads: a line that is expected has to be waited for, by `hasLogged` or `waitForLog`.
  @Test(
    "a line that a log must hold is waited for", arguments: SourceTree.tests.filter { $0.target == "EndToEndTests" })
  func logs(file: SourceTree.File) {
    for (index, line) in file.lines.enumerated() where !line.isComment {
      let expectsText = line.contains(/(^|[^!\w.])(\w+\.)*log\.contains\(/)
      let expectsCount = line.contains(/\.logs\(.*\) (== [1-9]|>=? )/)
      #expect(!expectsText && !expectsCount, "\(file):\(index + 1)")
    }
  }

  /// Targets whose tests block their threads: on sockets, processes and locked files.
  private static let blocking = ["EndToEndTests", "PRStorePostgresTests", "PRStoreTests", "PRTLSTests"]

  @Test(
    "a suite of a target that blocks has threads of its own",
    arguments: SourceTree.tests.filter { blocking.contains($0.target) })
  func ownThreads(file: SourceTree.File) {
    for (index, line) in file.lines.enumerated() where line.hasPrefix("@Suite") {
      // Long ones are written over several lines, up to the type that follows.
      let attribute = file.lines[index...].prefix { !$0.contains("struct ") }
      #expect(attribute.contains { $0.contains(".ownThreads") }, "\(file):\(index + 1)")
    }
  }

  @Test("each file of such a target that has tests has a suite", arguments: SourceTree.tests)
  func suites(file: SourceTree.File) {
    guard Self.blocking.contains(file.target), file.lines.contains(where: { $0.hasPrefix("  @Test") }) else { return }
    #expect(file.lines.contains { $0.hasPrefix("@Suite") || $0.hasPrefix("extension ") }, "\(file)")
  }
}

extension String {
  fileprivate var isComment: Bool { drop { $0 == " " }.hasPrefix("//") }
}
