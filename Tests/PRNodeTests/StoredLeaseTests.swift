// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

/// The note here is a lane and a stop, or anything else for one that cannot be read.
@Suite("The lease that the store has counts in the transaction that mints", .ownThreads)
struct StoredLeaseTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store.open(StoreOptions(path: folder.file("pr.sqlite3"), guardsValues: true)).store
  }

  /// - Parameter lane: of the member that the server was started for; nil for a server that stands alone.
  private func node(_ lane: String?) throws -> Node {
    Node(
      store: store, policy: NodePolicy(numbering: .partitioned(.root)), lease: try lane.map { try Self.lease($0) },
      leaseReading: { note throws(StoreError) in try Self.lease(note) }, clock: { 1_700_000_000_000 })
  }

  private static func lease(_ note: String) throws(StoreError) -> NodeLease {
    let words = note.split(separator: " ").map(String.init)
    guard let lane = words.first.flatMap({ Lane($0) }) else { throw .badRegister(path: "pr", detail: "no lane") }
    return NodeLease(level: 1, lane: lane, from: 0, stop: words.dropFirst().first.flatMap { MintingStop(rawValue: $0) })
  }

  private func keep(_ note: String?) async throws {
    try await store.write { context throws(StoreError) in
      if let note { try context.keep(.membership, note) } else { try context.forget(.membership) }
    }
  }

  private func last(_ answer: String) throws -> UInt64 {
    try #require(Revision(answer)?.components.last.flatMap { UInt64("\($0)") })
  }

  @Test("a lane that another process has taken over is minted in at once")
  func lane() async throws {
    try await keep("3/256")
    let node = try node("3/256")
    #expect(try last(await node.get(.checksum("a"))) % 256 == 3)
    try await keep("7/256")
    #expect(try last(await node.get(.checksum("b"))) % 256 == 7)
    #expect(try last(await node.get(.checksum("a"), .kept)) % 256 == 3)
  }

  @Test("a stop that is on record ends minting in every generation", arguments: [MintingStop.retired, .cloned])
  func stop(_ stop: MintingStop) async throws {
    try await keep("3/256")
    let node = try node("3/256")
    let known = try await node.get(.checksum("a"))
    try await keep("3/256 \(stop.rawValue)")
    await #expect(throws: NodeError.refused(.stopped(stop), .checksum("b"))) { try await node.get(.checksum("b")) }
    #expect(try await node.get(.checksum("a")) == known)
  }

  @Test("a stop that the upstream has told holds before it is on record")
  func told() async throws {
    try await keep("3/256")
    let node = try node("3/256")
    node.take(try Self.lease("3/256 cloned"))
    await #expect(throws: NodeError.refused(.stopped(.cloned), .checksum("a"))) { try await node.get(.checksum("a")) }
  }

  @Test("a server mints nothing in a store that has joined, or left, since it was started", arguments: [nil, "3/256"])
  func otherPlace(_ lane: String?) async throws {
    try await keep(lane)
    let node = try node(lane)
    let known = try await node.get(.checksum("a"))
    try await keep(lane == nil ? "3/256" : nil)
    await #expect(throws: NodeError.refused(.stopped(.placeChanged), .checksum("b"))) {
      try await node.get(.checksum("b"))
    }
    #expect(try await node.get(.checksum("a")) == known)
    try await keep(lane)
    #expect(try await node.get(.checksum("b")) != known)
  }

  @Test("a note that cannot be read is an error, and no number")
  func unreadable() async throws {
    try await keep("3/256")
    let node = try node("3/256")
    try await keep("?")
    await #expect(throws: NodeError.store(.badRegister(path: "pr", detail: "no lane"))) {
      try await node.get(.checksum("a"))
    }
  }
}
