// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRTLS
import Testing

/// Two handlers in memory.
@Suite("Handshake")
struct HandshakeTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  private func wire(expecting name: String = "hq.example") throws -> MemoryWire {
    try MemoryWire(.server(certificates.server()), .client(certificates.client(), expecting: name))
  }

  @Test("each side learns whom the other's certificate is for")
  func names() throws {
    let wire = try wire()
    try wire.settle()
    #expect(wire.atServer.events.first == .active)
    #expect(
      wire.atServer.handshake
        == TLSHandshakeDone(peerNames: ["builder.example", "builder.example"], version: "TLSv1.3", isResumed: false))
    #expect(wire.atClient.handshake?.peerNames == ["hq.example", "10.9.8.7", "hq.example"])
  }

  @Test("plain text goes both ways, whatever pieces the ciphertext comes in", arguments: [1, 7, 1000, .max])
  func bothWays(piece: Int) throws {
    let wire = try wire()
    wire.piece = piece
    wire.client.writeAndFlush(ByteBuffer(string: "question"), promise: nil)
    try wire.settle()
    #expect(wire.atServer.text == "question")
    wire.server.writeAndFlush(ByteBuffer(string: "answer"), promise: nil)
    try wire.settle()
    #expect(wire.atClient.text == "answer")
  }
}
