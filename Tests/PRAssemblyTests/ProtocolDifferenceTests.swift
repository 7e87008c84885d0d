// SPDX-License-Identifier: Apache-2.0
import PRWire
import Testing

@testable import PRAssembly

@Suite("An upstream of another version")
struct ProtocolDifferenceTests {
  private func difference(_ features: String, server: String? = "headwater/9") throws -> ProtocolDifference? {
    let lines = [server.map { ("server", $0) }, ("features", features)].compactMap(\.self)
    return ProtocolDifference(PeerDescription(Headers(lines.map { (name: $0.0, value: $0.1) })))
  }

  @Test("is one that lacks what each node answers, or answers what this one does not know")
  func differences() throws {
    #expect(try difference("lookup, changes, via, federation") == nil)
    #expect(try difference("lookup, via") == nil, "a node without a feed has no changes")
    let older = try #require(try difference("lookup, changes"))
    #expect(older.missing == ["via"] && older.later.isEmpty && older.text == "it does not answer via")
    let newer = try #require(try difference("lookup, via, slow-path, fast-path"))
    #expect(newer.missing.isEmpty && newer.later == ["fast-path", "slow-path"])
    #expect(newer.text == "this node never asks for its fast-path, slow-path" && newer.advice != older.advice)
  }

  @Test("BitBake's own server, and another program, are none", arguments: [nil, "bitbake", "Headwater/9", ""])
  func others(server: String?) throws {
    #expect(try difference("", server: server) == nil)
  }

  @Test("what a peer calls a feature is shown only if it looks like one, and 8 of them at most")
  func strangeNames() throws {
    let strange = try difference("lookup, via, A, \u{202E}x, é, , " + String(repeating: "a", count: 33))
    #expect(strange == nil)
    let many = try difference(
      "lookup, via, " + (0..<20).map { String(repeating: "b", count: $0 + 1) }.joined(separator: ","))
    #expect(many?.later.count == 8)
  }
}
