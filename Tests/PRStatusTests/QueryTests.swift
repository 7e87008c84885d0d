// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRStatus

@Suite("What stands behind the question mark")
struct QueryTests {
  @Test(
    "is read as a form sends it",
    arguments: [
      ("q=a+b", "a b"), ("q=a%2Bb", "a+b"), ("x=1&q=%3Cb%3E&q=2", "<b>"), ("q=", ""), ("q=%E2%80%93", "–"),
      ("q=a=b", "a=b"),
    ])
  func reads(query: String, value: String) { #expect(Query.value(of: "q", in: query) == value) }

  @Test("is nothing where nothing was sent, or no text", arguments: ["", "q", "p=1", "q=%", "q=%FF"])
  func nothing(query: String) { #expect(Query.value(of: "q", in: query) == nil) }

  @Test("says what was put in", arguments: ["linux+git-1.0_r0", "<a&b=c d>", "–%"])
  func roundTrip(text: String) { #expect(Query.value(of: "q", in: "q=\(Query.encoded(text))") == text) }
}
