// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@Suite("Counting on from a revision")
struct RevisionSuccessorTests {
  @Test(
    "next adds one to the last component",
    arguments: [
      ("0", "1"), ("9", "10"), ("1.9", "1.10"), ("1.0", "1.1"), ("7.0.99", "7.0.100"), ("09", "10"), ("01.9", "1.10"),
      ("18446744073709551614", "18446744073709551615"), ("18446744073709551615.3", "18446744073709551615.4"),
    ])
  func next(text: String, successor: String) throws {
    let next = try revision(text).next()
    #expect(next.text == successor)
    #expect(next > revision(text))
  }

  @Test("the greatest number has no next, and the error names the revision", arguments: ["", "3.", "0.7."])
  func overflow(prefix: String) {
    let last = revision(prefix + greatestNumber)
    #expect(throws: Revision.Overflow(revision: last)) { try last.next() }
  }

  @Test(
    "appending adds a component",
    arguments: [("7", 0, "7.0"), ("7.0", 12, "7.0.12"), ("0", UInt64.max, "0.18446744073709551615")]
      as [(String, UInt64, String)])
  func appending(text: String, component: UInt64, longer: String) {
    let result = revision(text).appending(component)
    #expect(result.text == longer)
    #expect(result > revision(text))
    #expect(result.isUnder(revision(text)))
  }

  @Test(
    "a revision is under those it begins with, component by component",
    arguments: [
      ("3.0", "3", true), ("3.0.7", "3", true), ("3.0.7", "3.0", true), ("03.0", "3", true), ("3.0", "03", true),
      ("3", "3", false), ("3", "3.0", false), ("30", "3", false), ("30.1", "3", false), ("3.10", "3.1", false),
      ("2.0", "3", false), ("3.1.0", "3.0", false),
    ] as [(String, String, Bool)])
  func isUnder(text: String, base: String, expected: Bool) {
    #expect(revision(text).isUnder(revision(base)) == expected)
  }
}
