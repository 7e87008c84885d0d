// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@testable import PRWire

@Suite("What a server or a node says it is")
struct PeerDescriptionTests {
  @Test(
    "is read from the headers that say it",
    arguments: [
      PeerDescription(), PeerDescription(server: "headwater/1", level: 0),
      PeerDescription(
        server: "headwater/1 (test)", features: [.lookup, .changes], level: 7, numbering: "partitioned", store: "a-b"),
      PeerDescription(features: [.changes], store: "é"), PeerDescription(lane: .only),
      PeerDescription(
        lane: Lane("2/4"), rival: LaneRival(store: "30f02a00-29a6-4e8b-9240-f9274e6ca8d8", lane: .only)),
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
    ([("lane", "4/4"), ("rival", "30f02a00-29a6-4e8b-9240-f9274e6ca8d8")], PeerDescription()),
    ([("rival", "30F02A00-29A6-4E8B-9240-F9274E6CA8D8 0/1")], PeerDescription()),
    ([("rival", "\u{1B}[2J 0/1")], PeerDescription()), ([("rival", "a 0/1 b")], PeerDescription()),
    ([("store", "first"), ("store", "second")], PeerDescription(store: "first")),
  ]

  @Test("passes over what it does not understand", arguments: table.indices)
  func lenient(index: Int) {
    let (lines, description) = Self.table[index]
    var read = PeerDescription(Headers(lines))
    read.laterFeatures = []
    #expect(read == description)
  }

  @Test("keeps the names of features of a later version that look like names, 8 of them at most")
  func later() {
    func later(_ features: String) -> [String] { PeerDescription(Headers([("features", features)])).laterFeatures }
    #expect(later("lookup, teleport, lookup, A, \u{1B}, , fast-path") == ["fast-path", "teleport"])
    #expect(later((1...20).map { String(repeating: "a", count: $0) }.joined(separator: ",")).count == 8)
    #expect(later(String(repeating: "a", count: 33)) == [])
  }

  @Test("fits the lines of a handshake")
  func lines() {
    let headers = PeerDescription(server: "s", features: [.changes, .lookup], level: 1, store: "u").headers
    #expect(
      headers.map { "\($0.name): \($0.value)" } == ["server: s", "features: lookup, changes", "level: 1", "store: u"])
  }
}
