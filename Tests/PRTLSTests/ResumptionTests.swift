// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRTLS
import TestThreads
import Testing

@Suite("Resumption", .ownThreads)
struct ResumptionTests {
  private let certificates: Certificates
  private let server: TLSContext
  private let client: TLSContext

  init() throws {
    certificates = try Certificates.shared.get()
    server = try certificates.server()
    client = try certificates.client()
  }

  private func wire(expecting name: String = "hq.example") throws -> MemoryWire {
    try MemoryWire(.server(server), .client(client, expecting: name))
  }

  /// - Returns: whether both sides say that the connection was resumed.
  private func isResumed(_ wire: MemoryWire) throws -> Bool {
    try wire.settle()
    let (atServer, atClient) = (try #require(wire.atServer.handshake), try #require(wire.atClient.handshake))
    #expect(atServer.isResumed == atClient.isResumed)
    return atServer.isResumed
  }

  @Test("whoever comes again is known, and is who it was")
  func again() throws {
    for number in 0..<5 {
      let wire = try wire()
      #expect(try isResumed(wire) == (number > 0))
      #expect(wire.atServer.handshake?.peerNames == ["builder.example"])
      #expect(wire.atClient.handshake?.peerNames == ["hq.example", "10.9.8.7"])
    }
  }

  @Test("a session is used once, so that nobody can link connections")
  func once() throws {
    // OpenSSL's server gives two sessions to one client.
    #expect(try !isResumed(wire()))
    let three = try (0..<3).map { _ in try wire() }
    #expect(try three.map(isResumed) == [true, true, false])
  }

  @Test("a session is for the name that the server proved")
  func otherName() throws {
    #expect(try !isResumed(wire()))
    #expect(try !isResumed(wire(expecting: "10.9.8.7")))
    let wrong = try wire(expecting: "builder.example")
    try wrong.settle()
    #expect(wrong.atClient.handshake == nil)
  }

  @Test("a line that was cut does not spoil the session")
  func afterCut() throws {
    // The handlers have to be gone before: it is their end that could spoil it.
    func cut() throws {
      let wire = try wire()
      try wire.settle()
      for side in [wire.client, wire.server] { _ = try side.finish(acceptAlreadyClosed: true) }
    }
    try cut()
    #expect(try isResumed(wire()))
  }

  @Test("a reload of either side forgets", arguments: ["client", "server"])
  func reload(side: String) throws {
    #expect(try !isResumed(wire()))
    try (side == "client" ? client : server).reload()
    #expect(try !isResumed(wire()))
  }
}
