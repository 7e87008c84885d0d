// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import TestStore
import TestThreads
import Testing

@Suite("A node whose database another process keeps locked", .ownThreads)
struct LockedNodeTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  /// The lock is held until all has been asked: an answer shows that it was not waited for.
  @Test(
    "what is on record is answered without waiting for the lock", arguments: [Numbering.bitbake, .partitioned(.root)])
  func known(numbering: Numbering) async throws {
    let node = try Node.node(path, numbering)
    for checksum in ["a", "b", "c"] { _ = try await node.get(.checksum(checksum)) }
    let other = try ForeignProcess(path)
    try other.lock()
    #expect(try await node.get(.checksum("c")) == "2")
    #expect(try await node.get(.checksum("a"), .kept) == "0")
    #expect(try await node.test(.checksum("b")) == "1")
    try other.unlock()
  }

  @Test("a row that another process wrote just before is on record, too")
  func foreign() async throws {
    let node = try Node.node(path)
    _ = try await node.get(.checksum("a"))
    let other = try ForeignProcess(path)
    try other.insert([.busybox("x", "7")])
    try other.lock()
    #expect(try await node.get(.checksum("x")) == "7")
    try other.unlock()
    #expect(try await node.get(.checksum("y")) == "8")
  }

  @Test("a new tuple waits for the lock while known ones pass it by")
  func unknown() async throws {
    let node = try Node.node(path)
    _ = try await node.get(.checksum("a"))
    let other = try ForeignProcess(path)
    try other.lock()
    async let waiting = node.get(.checksum("new"))
    for _ in 0..<20 { #expect(try await node.get(.checksum("a")) == "0") }
    try other.unlock()
    #expect(try await waiting == "1")
  }
}
