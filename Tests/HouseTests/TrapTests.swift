// SPDX-License-Identifier: Apache-2.0
import Testing

/// What can trap on a number or a value that a peer or a file chose. The rule is in docs/contributing.md; the compiler does
/// not check it, and these patterns are the part of it that a search finds.
@Suite("Traps")
struct TrapTests {
  /// A line with such an expression needs a comment on it or on the line above, which says why it cannot trap.
  struct Pattern: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let isIn: @Sendable (String) -> Bool
  }

  static let patterns = [
    // Int(clamping:) and Int(exactly:) do not trap. Parsing does not either: its result is optional, so that the line shows
    // what becomes of nil.
    Pattern(testDescription: "a conversion between kinds of numbers without a label") { line in
      let label =
        #/\b(?:U?Int(?:8|16|32|64)?|CInt|pid_t|time_t)\((?!clamping:|exactly:|truncatingIfNeeded:|bitPattern:|ascii:|bigEndian:|String\(decoding:|$)/#
      let optional = #/\bguard\b|\bif\b|\?\?|flatMap|compactMap|\)\.map \{|!= nil|: nil/#
      return line.contains(label) && !line.contains(optional)
    },
    Pattern(testDescription: "an optional that is unwrapped by force") { line in
      line.contains(#/[\w\)\]\}]!(?:[.,\)\]\[ ]|$)/#) && !line.contains("\"")
    },
    Pattern(testDescription: "a forced cast") { $0.contains(" as! ") },
    Pattern(testDescription: "a path method of NSString, which traps for a name of one character") {
      $0.contains(" as NSString).")
    },
    Pattern(testDescription: "a count that is a difference, and may be negative") { line in
      line.contains(
        #/(?:dropFirst|dropLast|prefix|suffix)\([^\)"]* - |repeating: [^"]*count: [^"\(]* - |repeating: "[^"]*", count: [^"\(]* - /#
      )
    },
    Pattern(testDescription: "a dictionary of keys that may repeat") { $0.contains("uniqueKeysWithValues:") },
    Pattern(testDescription: "a product of two numbers of the operating system") { line in
      line.contains(#/\.f_\w+\)? \*|\* .*\.f_\w+|sysconf\(.*\) \*|\* .*sysconf\(/#)
    },
    Pattern(testDescription: "a quotient of durations that becomes a whole number: 327.777 s has 327776 ms") { line in
      line.contains(#/Int\w*\((?:clamping: )?[^\(]* \/ \.\w*seconds\(1\)\)/#)
    },
  ]

  @Test("what may trap has the proof beside it that it cannot", arguments: patterns)
  func proofs(pattern: Pattern) {
    for file in SourceTree.sources {
      for (index, line) in file.lines.enumerated() where pattern.isIn(Self.code(of: line)) {
        let hasProof = line.contains("//") || (index > 0 && file.lines[index - 1].contains("//"))
        #expect(hasProof, "\(file):\(index + 1) has \(pattern.testDescription)")
      }
    }
  }

  /// A line without its comment.
  private static func code(of line: String) -> String {
    line.firstRange(of: "//").map { String(line[..<$0.lowerBound]) } ?? line
  }

  @Test(
    "the patterns find what they are for",
    arguments: [
      ("let a = Int(disk.f_bavail)", true), ("UInt16(port)", true), ("time_t(now)", true), ("Int(clamping: x)", false),
      ("guard let a = Int(text) else { return }", false), ("Int(share * 100)", true),
      ("kinds[kind]!.leftOut += 1", true),
      ("names.first!", true), ("a != b", false), ("x as! Y", true), ("text.dropFirst(a - b)", true),
      ("String(repeating: \" \", count: width - used)", true), ("count: max(0, a - b)", false),
      ("Int(clamping: time / .milliseconds(1))", true), ("Int(clamping: (time / .milliseconds(1)).rounded())", false),
      ("Int(clamping: disk.f_bavail) * Int(clamping: disk.f_frsize)", true),
      ("pages * Int(clamping: sysconf(CInt(clamping: _SC_PAGESIZE)))", true),
    ])
  func examples(line: String, isFound: Bool) { #expect(Self.patterns.contains { $0.isIn(line) } == isFound) }
}
