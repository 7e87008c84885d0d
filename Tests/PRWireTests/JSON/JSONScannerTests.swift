// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRWire

@Suite("What is JSON")
struct JSONScannerTests {
  static let valid: [(String, Scanned.Kind)] = [
    ("null", .null), ("true", .bool(true)), ("false", .bool(false)), (" \t\r\n null \t\r\n ", .null),
    ("0", .integer(0..<1)), ("-0", .integer(0..<2)), (" 10 ", .integer(1..<3)), ("-1", .integer(0..<2)),
    ("123456789012345678901234567890", .integer(0..<30)),
    ("0.0", .number), ("1.5", .number), ("-1.50", .number), ("0e0", .number), ("1e5", .number), ("1E+5", .number),
    ("1e-05", .number), ("-1.5e+3", .number), ("1e999999", .number), ("-0.0", .number),
    ("\"\"", .text([])), ("\"a\"", .text([0x61])), ("\"\u{7F}\"", .text([0x7F])), ("\"é\"", .text([0xC3, 0xA9])),
    ("\"\u{2028}\"", .text([0xE2, 0x80, 0xA8])), ("\"\u{FFFF}\"", .text([0xEF, 0xBF, 0xBF])),
    ("\"😀\"", .text([0xF0, 0x9F, 0x98, 0x80])), ("\"/\"", .text([0x2F])),
    ("[]", .array), ("[ ]", .array), ("[1]", .array), ("[1 , \"a\",null,[],{}]", .array), ("[[[]]]", .array),
    ("{}", .object), ("{ }", .object), ("{\"\":0}", .object), ("{\"a\" : 1 , \"b\":[{}]}", .object),
    ("{\"a\":1,\"a\":2}", .object), ("{\"\\u0061\":\"\\n\"}", .object),
  ]

  @Test("what RFC 8259 allows is read", arguments: valid)
  func accepts(text: String, kind: Scanned.Kind) {
    #expect(Scanned(text) == .value(kind))
  }

  static let invalid: [(String, JSONError.Problem, Int)] = [
    ("", .unexpectedEnd, 0), (" \n", .unexpectedEnd, 2), ("\u{FEFF}1", .unexpectedByte, 0),
    ("\u{A0}1", .unexpectedByte, 0), ("\u{C}1", .unexpectedByte, 0), ("// c", .unexpectedByte, 0),
    ("nul", .unexpectedEnd, 0), ("nulx", .unexpectedByte, 3), ("True", .unexpectedByte, 0),
    ("fals!", .unexpectedByte, 4), ("nullx", .trailingBytes, 4), ("NaN", .unexpectedByte, 0),
    ("Infinity", .unexpectedByte, 0), ("-Infinity", .badNumber, 0),
    ("01", .trailingBytes, 1), ("-01", .trailingBytes, 2), ("00", .trailingBytes, 1), ("-", .badNumber, 0),
    ("-a", .badNumber, 0), ("--1", .badNumber, 0), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0),
    ("1.", .badNumber, 0), (" 1.e5", .badNumber, 1), ("1e", .badNumber, 0), ("1e+", .badNumber, 0),
    ("1e+-1", .badNumber, 0), ("1.5.5", .trailingBytes, 3), ("1e5.5", .trailingBytes, 3), ("0x10", .trailingBytes, 1),
    ("1_000", .trailingBytes, 1), ("１", .unexpectedByte, 0), ("1 1", .trailingBytes, 2),
    ("{} {}", .trailingBytes, 3), ("[]]", .trailingBytes, 2), ("null\u{0}", .trailingBytes, 4),
    ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3), ("[1,]", .unexpectedByte, 3),
    ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), ("[1}", .unexpectedByte, 2), ("]", .unexpectedByte, 0),
    ("{", .expectedString, 1), ("{a:1}", .expectedString, 1), ("{'a':1}", .expectedString, 1),
    ("{1:2}", .expectedString, 1), ("{\"a\"", .unexpectedEnd, 4), ("{\"a\" 1}", .unexpectedByte, 5),
    ("{\"a\":}", .unexpectedByte, 5), ("{\"a\":", .unexpectedEnd, 5), ("{\"a\":1", .unexpectedEnd, 6),
    ("{\"a\":1]", .unexpectedByte, 6), ("{\"a\":1,}", .expectedString, 7), ("{\"a\":1 \"b\":2}", .unexpectedByte, 7),
    ("{,}", .expectedString, 1), ("}", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0),
    ("\"", .unexpectedEnd, 1), ("\"abc", .unexpectedEnd, 4), ("\"abcdefghij", .unexpectedEnd, 11),
    ("\"\\", .unexpectedEnd, 2), ("\"\\\"", .unexpectedEnd, 3), ("\"a\"b\"", .trailingBytes, 3),
    ("\"a\nb\"", .controlCharacter, 2), ("\"\u{0}\"", .controlCharacter, 1), ("\"\u{1F}\"", .controlCharacter, 1),
    ("\"0123456789\t\"", .controlCharacter, 11),
    ("\"\\x\"", .badEscape, 1), ("\"ab\\'\"", .badEscape, 3), ("\"\\U0041\"", .badEscape, 1),
    ("\"\\\n\"", .badEscape, 1),
    ("\"\\é\"", .badEscape, 1), ("\"\\u\"", .badEscape, 1), ("\"\\u12\"", .badEscape, 1),
    ("\"\\u00G0\"", .badEscape, 1),
    ("\"\\u00 0\"", .badEscape, 1), ("\"\\u+041\"", .badEscape, 1), ("\"\\u００41\"", .badEscape, 1),
    ("{\"\\x\":1}", .badEscape, 2), ("[\"\\u12\"]", .badEscape, 2),
  ]

  @Test("everything else is refused, with the place", arguments: invalid)
  func refuses(text: String, problem: JSONError.Problem, offset: Int) {
    #expect(Scanned(text) == .refused(JSONError(problem: problem, offset: offset)))
  }

  @Test(
    "half a surrogate pair is refused",
    arguments: [
      #""\ud800""#, #""\udbff""#, #""\udc00""#, #""\udfff""#, #""\ud83d\u0041""#, #""\ud83d\ud83d""#,
      #""\ude00\ud83d""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\ude0""#, #""a\ud83d\\ude00""#,
    ])
  func surrogates(text: String) {
    #expect(Scanned(text).error?.problem == .badEscape)
  }

  static let badUTF8: [[UInt8]] = [
    [0xFF], [0xFE], [0x80], [0xBF], [0xC3], [0xC3, 0x28], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80],
    [0xE2, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98],
    [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0xFF],
  ]

  @Test("bytes that are not UTF-8 are refused, in values, names and behind escapes", arguments: badUTF8)
  func utf8(bytes: [UInt8]) {
    let value: [UInt8] = [0x22] + bytes + [0x22]
    #expect(Scanned(value) == .refused(JSONError(problem: .badUTF8, offset: 1)))
    let name = "{".bytes + value + ":1}".bytes
    #expect(Scanned(name) == .refused(JSONError(problem: .badUTF8, offset: 2)))
    let escaped = "\"\\n".bytes + bytes + [0x22]
    #expect(Scanned(escaped) == .refused(JSONError(problem: .badUTF8, offset: 1)))
  }

  @Test("every byte outside a string that starts no value is refused", arguments: 0x80...0xFF as ClosedRange<UInt8>)
  func strayBytes(byte: UInt8) {
    #expect(Scanned([byte]) == .refused(JSONError(problem: .unexpectedByte, offset: 0)))
  }

  /// Strings are read eight bytes at a time: what ends or breaks one must be seen at every place among eight.
  @Test("a quote, an escape, a control character is seen wherever it stands", arguments: 0..<20)
  func everyPlace(place: Int) {
    let before = String(repeating: "a", count: place)
    for tail in ["", "b", "bbbbbbbb", "bbbbbbbbbbbbbbbb"] {
      let content = (before + "\n" + tail).bytes
      #expect(Scanned("\"\(before)\\n\(tail)\"") == .value(.text(content)))
      #expect(Scanned("\"\(before)é\(tail)\"") == .value(.text((before + "é" + tail).bytes)))
      #expect(Scanned("\"\(before)~ !#[]\(tail)\"") == .value(.text((before + "~ !#[]" + tail).bytes)))
      let refused = JSONError(problem: .controlCharacter, offset: place + 1)
      #expect(Scanned("\"\(before)\u{1F}\(tail)\"") == .refused(refused))
      let trailing = JSONError(problem: .trailingBytes, offset: place + 2)
      if !tail.isEmpty { #expect(Scanned("\"\(before)\"\(tail)") == .refused(trailing)) }
    }
  }

  @Test(
    "nesting is followed to the limit",
    arguments: [
      ("[[[]]]", 3, nil), ("[[[[]]]]", 3, 4), ("{\"a\":{\"b\":{}}}", 3, nil), ("{\"a\":{\"b\":{\"c\":{}}}}", 3, 16),
      ("[{\"a\":[]}]", 3, nil), ("[{\"a\":[{}]}]", 3, 8), ("[[],[],[],{},{}]", 2, nil), ("[[[]],[[]],[[]]]", 3, nil),
      ("[]", 0, 1), ("1", 0, nil),
    ] as [(String, Int, Int?)])
  func depth(text: String, depth: Int, refusedAt: Int?) {
    #expect(Scanned(text, depth: depth).error == refusedAt.map { JSONError(problem: .tooDeep, offset: $0) })
  }

  @Test("a hundred thousand brackets are refused at the limit, not followed", arguments: ["[", "{\"a\":", "[{\"a\":"])
  func manyBrackets(opening: String) {
    #expect(Scanned(String(repeating: opening, count: 100_000)).error?.problem == .tooDeep)
  }

  @Test("an error says what is wrong and where, and repeats nothing of the text")
  func description() {
    #expect(Scanned("[secret]").error?.description == "not valid JSON: an unexpected byte (byte 1)")
  }
}
