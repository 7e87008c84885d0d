// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import PRTLS
import TestThreads
import Testing

@Suite("Handshake and plain text", .ownThreads)
struct HandshakeTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  private func wire(expecting name: String = "hq.example") throws -> MemoryWire {
    try MemoryWire(.server(certificates.server()), .client(certificates.client(), expecting: name))
  }

  @Test("each side learns whom the other's certificate is for, before any plain text")
  func names() throws {
    let wire = try wire()
    wire.client.writeAndFlush(ByteBuffer(string: "at once"), promise: nil)
    try wire.settle()
    let builder = TLSHandshakeDone(
      peerNames: ["builder.example"], version: "TLSv1.3", isResumed: false)
    #expect(wire.atServer.events == [.active, .handshake(builder), .text("at once")])
    #expect(wire.atClient.handshake?.peerNames == ["hq.example", "10.9.8.7"])
  }

  @Test("a server is found by any of its names", arguments: ["hq.example", "HQ.EXAMPLE", "10.9.8.7"])
  func anyName(name: String) throws {
    let wire = try wire(expecting: name)
    try wire.settle()
    #expect(wire.atClient.handshake != nil)
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

  @Test("a megabyte arrives as it was, and leaves in one write", arguments: [1 << 20, 100_000, 1399])
  func megabyte(piece: Int) throws {
    let wire = try wire()
    try wire.settle()
    wire.piece = piece
    let text = ByteBuffer(bytes: (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) })
    wire.server.writeAndFlush(text, promise: nil)
    let sent = try #require(try wire.server.readOutbound(as: ByteBuffer.self))
    #expect(try wire.server.readOutbound(as: ByteBuffer.self) == nil)
    wire.deliver(sent, to: wire.client)
    #expect(wire.atClient.received == text)
    #expect(wire.atClient.reads <= (sent.readableBytes + piece - 1) / piece)
  }

  @Test("what is written before the handshake is done arrives after it, in order")
  func earlyWrites() throws {
    let wire = try wire()
    let promises = (0..<3).map { _ in wire.client.eventLoop.makePromise(of: Void.self) }
    for (number, promise) in promises.enumerated() {
      wire.client.write(ByteBuffer(string: "\(number) "), promise: promise)
    }
    wire.client.flush()
    try wire.settle()
    #expect(wire.atServer.text == "0 1 2 ")
    for promise in promises { try promise.futureResult.wait() }
  }

  @Test("small writes of one flush become one record")
  func oneRecord() throws {
    let wire = try wire()
    try wire.settle()
    for _ in 0..<50 { wire.client.write(ByteBuffer(string: "0123456789"), promise: nil) }
    wire.client.flush()
    let sent = try #require(try wire.client.readOutbound(as: ByteBuffer.self))
    #expect(sent.readableBytes < 500 + 64)
    wire.deliver(sent, to: wire.server)
    #expect(wire.atServer.reads == 1)
  }

  @Test("nothing is sent before a flush")
  func unflushed() throws {
    let wire = try wire()
    wire.client.write(ByteBuffer(string: "unflushed"), promise: nil)
    try wire.settle()
    #expect(wire.atClient.handshake != nil)
    #expect(wire.atServer.text == "")
    wire.client.flush()
    try wire.settle()
    #expect(wire.atServer.text == "unflushed")
  }

  @Test("an empty write is done at once, even before the handshake")
  func emptyWrite() throws {
    let wire = try wire()
    let promise = wire.server.eventLoop.makePromise(of: Void.self)
    wire.server.writeAndFlush(ByteBuffer(), promise: promise)
    try promise.futureResult.wait()
  }

  @Test("a server that asks for no certificate takes clients with and without", arguments: [nil, "builder.example"])
  func optionalCertificate(name: String?) throws {
    let wire = try MemoryWire(
      .server(certificates.server(requiresClientCertificate: false)),
      .client(certificates.client(name), expecting: "hq.example"))
    try wire.settle()
    #expect(wire.atServer.handshake?.peerNames == (name.map { [$0] } ?? []))
  }

  @Test("whoever asks to read gets plain text, though records come in halves")
  func readIsRepeated() throws {
    let wire = try wire()
    try wire.settle()
    let reads = ReadCounter()
    try wire.server.pipeline.syncOperations.addHandler(reads, position: .first)
    wire.server.read()
    wire.client.writeAndFlush(ByteBuffer(string: "question"), promise: nil)
    var sent = try #require(try wire.client.readOutbound(as: ByteBuffer.self))
    let half = sent.readSlice(length: 10)
    wire.deliver(try #require(half), to: wire.server)
    #expect(reads.count == 2)
    wire.deliver(sent, to: wire.server)
    #expect(wire.atServer.text == "question")
    #expect(reads.count == 2)
  }
}

private final class ReadCounter: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  private(set) var count = 0

  func read(context: ChannelHandlerContext) {
    count += 1
    context.read()
  }
}
