// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRWire

@Suite("What a server says it is")
struct PeerDescriptionTests {
  @Test(
    "is read from the headers that say it",
    arguments: [
      PeerDescription(), PeerDescription(server: "headwater/1", level: 0),
      PeerDescription(
        server: "headwater/1 (test)", features: [.lookup, .changes], level: 7, numbering: "partitioned", store: "a-b"),
      PeerDescription(features: [.changes], store: "é"),
    ])
  func roundTrip(description: PeerDescription) {
    #expect(PeerDescription(description.headers) == description)
  }

  static let table: [([(name: String, value: String)], PeerDescription)] = [
    ([], PeerDescription()),
    ([("Features", "changes")], PeerDescription(features: [.changes])),
    ([("features", " lookup ,changes, teleport,,")], PeerDescription(features: [.lookup, .changes])),
    ([("features", "Lookup; changes")], PeerDescription()),
    ([("level", "-3"), ("x", "y")], PeerDescription(level: -3)),
    ([("level", "two")], PeerDescription()), ([("level", "99999999999999999999")], PeerDescription()),
    ([("store", "first"), ("store", "second")], PeerDescription(store: "first")),
  ]

  @Test("passes over what it does not understand", arguments: table.indices)
  func lenient(index: Int) {
    let (lines, description) = Self.table[index]
    #expect(PeerDescription(Headers(lines)) == description)
  }

  @Test("fits the lines of a handshake")
  func lines() {
    let headers = PeerDescription(server: "s", features: [.changes, .lookup], level: 1, store: "u").headers
    #expect(
      headers.map { "\($0.name): \($0.value)" } == ["server: s", "features: lookup, changes", "level: 1", "store: u"])
  }
}
