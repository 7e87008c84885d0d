// SPDX-License-Identifier: Apache-2.0
import NIOCore
import TestSeed
import Testing

@testable import PRWire

@Suite("Writing a JSON string")
struct JSONWriterTests {
  @Test(
    "everything outside printable ASCII is escaped",
    arguments: [
      ("", #""""#), ("plain ~!", #""plain ~!""#), ("a\"b\\c/", #""a\"b\\c/""#), ("\n\r\t", #""\n\r\t""#),
      ("\u{0}\u{1F}\u{7F}", #""\u0000\u001f\u007f""#), ("é", #""\u00e9""#), ("e\u{301}", #""e\u0301""#),
      ("\u{FFFF}", #""\uffff""#), ("😀", #""\ud83d\ude00""#), ("\u{10FFFF}", #""\udbff\udfff""#),
      ("\u{2028}", #""\u2028""#), ("\r\n", #""\r\n""#),
      ("a b c ", #""a b c ""#), ("a  b", #""a \u0020b""#), ("    ", #"" \u0020 \u0020""#), (" é ", #"" \u00e9 ""#),
    ])
  func escapes(text: String, json: String) {
    #expect(ByteBuffer.text { $0.writeJSON(string: text) } == json)
  }

  @Test("any text comes back as it was, and travels as one line of printable ASCII", arguments: Seed.several(4))
  func roundTrip(seed: Seed) {
    var numbers = seed.numbers
    for _ in 0..<200 {
      var text = ""
      for _ in 0..<Int.random(in: 0...20, using: &numbers) { text.unicodeScalars.append(Self.scalar(&numbers)) }
      var out = ByteBuffer()
      out.writeJSON(string: text)
      #expect(out.readableBytesView.allSatisfy { (0x20...0x7E).contains($0) }, "\(text.debugDescription), \(seed)")
      #expect(Scanned(out.bytes) == .value(.text(text.bytes)), "\(text.debugDescription), \(seed)")
    }
  }

  private static func scalar(_ numbers: inout SeededNumbers) -> Unicode.Scalar {
    let limits: [UInt32] = [0x20, 0x80, 0x800, 0xFFFF, 0x10FFFF]
    return Unicode.Scalar(UInt32.random(in: 0...limits.randomElement(using: &numbers)!, using: &numbers)) ?? "\u{FFFD}"
  }
}
