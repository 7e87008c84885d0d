// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRTLS
import TestSeed
import TestThreads
import Testing

/// Whatever a peer sends is an error with a reason, never a trap.
@Suite("Hostile peers", .ownThreads)
struct HostilePeerTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  private func wire() throws -> MemoryWire {
    try MemoryWire(.server(certificates.server()), .client(certificates.client(), expecting: "hq.example"))
  }

  private static let plain = ["PRSERVICE 1.0\nneeds-headers: false\n\n", "GET / HTTP/1.1\r\n\r\n", "{\"ping\": {}}\n"]

  @Test("a server that hears plain text says so", arguments: plain)
  func plainToServer(text: String) throws {
    let wire = try wire()
    wire.deliver(ByteBuffer(string: text), to: wire.server)
    #expect(wire.atServer.errors == [.plainText])
    #expect(!wire.server.isActive)
  }

  @Test("a client that hears plain text says so", arguments: plain + ["HTTP/1.1 400 Bad Request\r\n\r\n"])
  func plainToClient(text: String) throws {
    let wire = try wire()
    wire.deliver(ByteBuffer(string: text), to: wire.client)
    #expect(wire.atClient.errors == [.plainText])
    #expect(!wire.client.isActive)
  }

  @Test("no error repeats what the peer sent")
  func silence() throws {
    let wire = try wire()
    wire.deliver(ByteBuffer(string: "tell-tale tell-tale tell-tale"), to: wire.server)
    #expect(!wire.atServer.errors.contains { $0.description.contains("tell") })
  }

  @Test("random bytes end a connection with one error", arguments: Seed.several(4))
  func noise(seed: Seed) throws {
    var numbers = seed.numbers
    for round in 0..<100 {
      let wire = try wire()
      let target = round.isMultiple(of: 2) ? (wire.server, wire.atServer) : (wire.client, wire.atClient)
      wire.piece = Int.random(in: 1...64, using: &numbers)
      var bytes = (0..<Int.random(in: 16...500, using: &numbers)).map { _ in UInt8.random(in: 0...255, using: &numbers)
      }
      if round.isMultiple(of: 3) { bytes.replaceSubrange(0..<5, with: [22, 3, 1, 0, 200]) }
      wire.deliver(ByteBuffer(bytes: bytes), to: target.0)
      target.0.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
      #expect(target.1.errors.count == 1, "\(target.1.events), \(seed)")
      #expect(target.1.handshake == nil, "\(seed)")
      #expect(!target.0.isActive, "\(seed)")
    }
  }

  @Test("a handshake or text with a changed byte never becomes other text", arguments: Seed.several(4))
  func mutations(seed: Seed) throws {
    var numbers = seed.numbers
    for _ in 0..<40 {
      let wire = try wire()
      wire.client.writeAndFlush(ByteBuffer(string: "question"), promise: nil)
      let unlucky = Int.random(in: 0..<3000, using: &numbers)
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &numbers)
      var position = 0
      wire.changes = { bytes in
        let index = unlucky - position
        position += bytes.readableBytes
        guard (0..<bytes.readableBytes).contains(index) else { return }
        let offset = bytes.readerIndex + index
        bytes.setInteger(bytes.getInteger(at: offset, as: UInt8.self)! ^ bit, at: offset)
      }
      try wire.settle()
      #expect(wire.atServer.text == "" || wire.atServer.text == "question", "\(seed)")
      for end in [wire.atServer, wire.atClient] { #expect(end.errors.count <= 1, "\(end.events), \(seed)") }
    }
  }
}
