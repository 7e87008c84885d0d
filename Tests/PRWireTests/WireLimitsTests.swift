// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRWire

@Suite("What is said of broken framing")
struct WireLimitsTests {
  @Test(
    "the limit that was passed is named",
    arguments: [
      (.lineTooLong(limit: 11), "11 bytes"), (.messageTooLong(limit: 12), "12 bytes"),
      (.tooManyHeaders(limit: 13), "13 header lines"), (.headersTooLong(limit: 14), "14 bytes"),
    ] as [(WireError, String)])
  func limits(error: WireError, words: String) {
    #expect(error.description.contains(words))
  }

  @Test("a peer that speaks TLS or HTTP is told so")
  func foreigners() {
    #expect(WireError.foreignProtocol(.tls).description.contains("TLS"))
    #expect(WireError.foreignProtocol(.http).description.contains("HTTP"))
    #expect(WireError.json(JSONError(problem: .tooDeep, offset: 3)).description.contains("byte 3"))
  }

  @Test("every limit is set by default, and BitBake's longest line and piece fit")
  func defaults() {
    let limits = WireLimits()
    #expect(limits.line >= 32_767 && limits.message >= limits.line)
    #expect(limits.depth > 3 && limits.headers > 0 && limits.headerBytes > 0)
  }
}
