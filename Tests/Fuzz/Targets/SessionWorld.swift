// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import NIOEmbedded
import PRNode
import PRServer
import PRStoreMemory
import PRWire
import TestSeed
import TestStore

/// A node with rows in memory and its sessions, on one thread and in virtual time.
final class SessionWorld {
  private let loop = EmbeddedEventLoop()
  private let time = VirtualTime(Seed(1))
  private let server: LoopServer
  private var clients: [SessionClient] = []

  init() throws {
    let store = try MemoryDatabase().open(in: time.environment)
    let node = Node(store: store, policy: NodePolicy()) { 1_767_225_600_000 }
    server = try LoopServer(
      node: node, options: ServerOptions(version: "fuzzed"), loop: loop,
      logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
  }

  func connect() throws -> SessionClient {
    let client = try SessionClient(loop) { try self.server.accept($0, on: .standard) }
    clients.append(client)
    return client
  }

  /// Does all that needs no time.
  func settle() throws {
    repeat {
      loop.run()
      for client in clients { try client.deliver() }
    } while time.run() > 0 || clients.contains(where: \.hasWork)
  }

  func pass(milliseconds: Int) throws {
    try settle()
    loop.advanceTime(by: .milliseconds(Int64(milliseconds)))
    time.pass(.milliseconds(milliseconds))
    try settle()
  }

  /// Serves one more client, and ends all.
  func end() throws {
    let last = try connect()
    last.send(
      ByteBuffer(string: "PRSERVICE 1.0\n\n{\"get-pr\":{\"version\":\"q\",\"pkgarch\":\"a\",\"checksum\":\"c\"}}\n"))
    try settle()
    // Another client may have asked for the package before.
    let answer = String(buffer: last.received)
    try require(answer.hasPrefix("{\"value\":\"") && answer.hasSuffix("\"}\n"), "the next client gets \(answer)")
    for client in clients { client.fail() }
    try settle()
    try require(server.connections == 0, "\(server.connections) sessions are left")
  }
}
