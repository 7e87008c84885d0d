// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRWire

@Suite("Header lines")
struct HeadersTests {
  @Test(
    "a line is a name, a colon and a value, blanks around them aside",
    arguments: [
      ("a: b", "a", "b"), ("a:b", "a", "b"), (" a \t: \tb c ", "a", "b c"), ("a: b: c", "a", "b: c"), ("a:", "a", ""),
      (": b", "", "b"), ("é: ü", "é", "ü"),
    ])
  func parses(line: String, name: String, value: String) {
    var headers = Headers()
    headers.append(line: line)
    #expect(headers.map(\.name) == [name])
    #expect(headers.map(\.value) == [value])
  }

  @Test("a line without a colon is passed over", arguments: ["", "a", "needs-headers true"])
  func noColon(line: String) {
    var headers = Headers()
    headers.append(line: line)
    #expect(headers.isEmpty)
  }

  @Test("a name is found in any case, and the first of two counts")
  func lookup() {
    let headers = Headers([("Server", "one"), ("server", "two")])
    #expect(headers["SERVER"] == "one")
    #expect(headers["serve"] == nil)
  }
}
