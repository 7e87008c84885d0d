// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PRAssembly

@Suite("Log text")
struct LogTextTests {
  /// All scalars that Unicode assigns to controls, formats and separators, and those that are ignorable.
  private static let hidden: [Unicode.Scalar] = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init).filter {
    switch $0.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: $0.properties.isDefaultIgnorableCodePoint
    }
  }

  @Test("no control, format character, separator of lines or ignorable character stands in a text line")
  func allHiddenAsText() {
    #expect(Self.hidden.count > 4_000)
    for scalar in Self.hidden {
      let text = LogText.value("a\(scalar)b")
      #expect(text.unicodeScalars.allSatisfy { !Self.hiddenSet.contains($0) }, "U+\(String(scalar.value, radix: 16))")
    }
  }

  @Test("the same in JSON, which gives the text back when it is read")
  func allHiddenAsJSON() throws {
    for scalar in Self.hidden {
      let text = "\"\(LogText.escaped("a\(scalar)b", .json))\""
      #expect(text.unicodeScalars.allSatisfy { !Self.hiddenSet.contains($0) }, "U+\(String(scalar.value, radix: 16))")
      #expect(try JSONDecoder().decode(String.self, from: Data(text.utf8)).utf8.elementsEqual("a\(scalar)b".utf8))
    }
  }

  private static let hiddenSet = Set(hidden)

  @Test(
    "a value is quoted where its end could be mistaken",
    arguments: [
      ("plain", "plain"), ("a.b-1:2/3", "a.b-1:2/3"), ("ü€😀", "ü€😀"), ("", "\"\""), ("a b", "\"a b\""),
      ("a=b", "\"a=b\""), ("say \"yes\"", #""say \"yes\"""#), (#"a\nb"#, #""a\\nb""#), ("a\nb", #""a\nb""#),
      ("a\u{A0}b", "\"a\u{A0}b\""), ("a\u{3000}b", "\"a\u{3000}b\""), ("a\u{1B}[2Kb", #""a\u{1B}[2Kb""#),
      ("\u{202E}gnp", #""\u{202E}gnp""#), ("e\u{301}", "e\u{301}"),
    ])
  func value(text: String, line: String) { #expect(LogText.value(text).utf8.elementsEqual(line.utf8)) }

  @Test(
    "a message stands as it is, unless it could be mistaken for a key with a value",
    arguments: [
      ("opened the database", "opened the database"), ("'x' is \"y\"", "'x' is \"y\""),
      ("evil peer=10.9.9.9", #""evil peer=10.9.9.9""#), ("one\ntwo", #"one\ntwo"#),
      ("a \"b\" c=d", #""a \"b\" c=d""#),
    ])
  func message(text: String, line: String) { #expect(LogText.message(text) == line) }

  @Test("a long text is cut, and tells its length", arguments: ["n", "ü", "😀", "\u{1B}", "\""])
  func long(unit: String) {
    let text = String(repeating: unit, count: 120_000)
    for form in [LogText.Form.text, .json] {
      let escaped = LogText.escaped(text, form)
      #expect(escaped.utf8.count <= LogText.maximumLength + 30)
      #expect(escaped.hasSuffix("… (\(text.utf8.count) bytes)"))
    }
  }

  @Test("what just fits is not cut")
  func fits() {
    let text = String(repeating: "n", count: LogText.maximumLength)
    #expect(LogText.value(text) == text)
    #expect(LogText.value(text + "n") == "\"\(text)… (\(LogText.maximumLength + 1) bytes)\"")
  }
}
