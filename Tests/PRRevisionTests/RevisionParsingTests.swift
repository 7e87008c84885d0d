// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@Suite("Parsing a revision")
struct RevisionParsingTests {
  static let good: [(String, [UInt64])] = [
    ("0", [0]), ("7", [7]), ("10", [10]), ("1.0", [1, 0]), ("1.10", [1, 10]), ("0.0.0", [0, 0, 0]),
    ("007", [7]), ("1.00.01", [1, 0, 1]), ("00", [0]),
    ("18446744073709551615", [.max]), ("1.18446744073709551615", [1, .max]),
    ("000000000000000000000018446744073709551615", [.max]),
    (String(repeating: "0", count: 255), [0]),
    (String(repeating: "1.", count: 127) + "1", Array(repeating: 1, count: 128)),
  ]

  @Test("dotted decimal numbers parse and keep their spelling", arguments: good)
  func parses(text: String, components: [UInt64]) throws {
    let revision = try #require(Revision(text))
    #expect(revision.components == components)
    #expect(revision.text == text)
    #expect(revision.description == text)
  }

  static let bad = [
    "", ".", "..", "1.", ".1", "1..2", ".1.", "+1", "-1", "-0", "1.-1", "1.+1", " 1", "1 ", "1. 2", "1\n", "\t1",
    "1_0", "1,0", "0x1", "1e3", "a", "1a", "1.a", "r1", "1\u{0}", "\u{0}",
    "１", "١", "²", "1.２", "1．2", "1\u{301}", "1.\u{301}2", "\u{FEFF}1", "1\u{200B}",
    "18446744073709551616", "18446744073709551619", "18446744073709551625", "184467440737095516150",
    "99999999999999999999", "1.18446744073709551616", "18446744073709551616.1",
    String(repeating: "0", count: 256), String(repeating: "1.", count: 128) + "1",
  ]

  @Test("nothing else parses", arguments: bad)
  func refuses(text: String) {
    #expect(Revision(text) == nil)
  }

  @Test("a revision made of numbers has the plainest spelling")
  func plainestSpelling() {
    #expect(Revision(components: [1, 0, 12]).text == "1.0.12")
    #expect(Revision(components: [.max]).text == "18446744073709551615")
  }

  @Test("leading zeros do not matter in comparing, and are kept", arguments: [("1", "01"), ("1.0", "001.00")])
  func leadingZeros(plain: String, padded: String) throws {
    let (left, right) = (try #require(Revision(plain)), try #require(Revision(padded)))
    #expect(left == right)
    #expect(!(left < right) && !(right < left))
    #expect(left.hashValue == right.hashValue)
    #expect(Set([left, right]).count == 1)
    #expect(left.text == plain && right.text == padded)
  }

  @Test("a trailing zero component is another revision")
  func trailingZero() throws {
    #expect(try #require(Revision("1")) != #require(Revision("1.0")))
  }
}
