// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRWire

@Suite("The content of a JSON string")
struct JSONTextTests {
  @Test(
    "escapes are resolved",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041""#, "A"), (#""\u0000""#, "\u{0}"),
      (#""\u00e9\u00E9""#, "éé"), (#""\u20ac""#, "€"), (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00""#, "😀"),
      (#""\udbff\udfff""#, "\u{10FFFF}"), (#""\ud800\udc00""#, "\u{10000}"), (#""\uffff""#, "\u{FFFF}"),
      (#""\ud7ff\ue000""#, "\u{D7FF}\u{E000}"), (#""é\u0301é""#, "é\u{301}é"), (#""\\u0041""#, "\\u0041"),
      (#""a\\""#, "a\\"), (#""\\\"""#, "\\\""), (#""\u00410""#, "A0"), (#""😀\n😀""#, "😀\n😀"),
    ])
  func unescapes(json: String, content: String) {
    #expect(Scanned(json) == .value(.text(content.bytes)))
  }

  @Test(
    "a name is recognised however it is escaped, and no other one is",
    arguments: [
      ("get-pr", true), (#"get\u002dpr"#, true), (#"\u0067\u0065\u0074\u002d\u0070\u0072"#, true),
      ("get-p", false), ("get-prs", false), ("Get-pr", false), ("", false), ("get-p\u{301}r", false),
      (#"get-p\u0301r"#, false), (#"get\\u002dpr"#, false), (#"get\u002dp"#, false), (#"\u0067et-prs"#, false),
      (#"\u0067"#, false),
    ])
  func equals(name: String, expected: Bool) throws {
    let result = try "\"\(name)\"".bytes.withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes, deepest: 1)
      return try scanner.text().equals("get-pr", in: bytes)
    }
    #expect(result == expected)
  }

  @Test("a string without escapes stands in the message as it is")
  func plain() throws {
    try #""bßc" "#.bytes.withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes, deepest: 1)
      let text = try scanner.text()
      #expect(text.isPlain)
      #expect(Array(text.raw(in: bytes)) == "bßc".bytes)
      #expect(scanner.offset == 6)
    }
  }
}
