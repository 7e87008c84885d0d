// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRTLS
import TestThreads
import Testing

/// How a connection may end.
@Suite("Ends", .ownThreads)
struct EndTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  private func wire(halfClosure: Bool = true) throws -> MemoryWire {
    try MemoryWire(
      .server(certificates.server()), .client(certificates.client(), expecting: "hq.example"), halfClosure: halfClosure)
  }

  @Test("close says goodbye, which the peer is told as the end of input")
  func goodbye() throws {
    let wire = try wire()
    try wire.settle()
    wire.client.writeAndFlush(ByteBuffer(string: "last"), promise: nil)
    wire.client.close(promise: nil)
    try wire.settle()
    #expect(wire.atServer.events.suffix(2) == [.text("last"), .inputClosed])
    #expect(wire.server.isActive)
    // The transport ends too; that is nothing new.
    wire.server.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(wire.atServer.events.last == .inputClosed)
    #expect(wire.atServer.events.count { $0 == .inputClosed } == 1)
    #expect(wire.atServer.errors == [])
  }

  @Test("after the peer's goodbye its questions can be answered still")
  func answerAfterGoodbye() throws {
    let wire = try wire()
    try wire.settle()
    wire.client.close(mode: .output, promise: nil)
    try wire.settle()
    #expect(wire.atServer.events.last == .inputClosed)
    wire.server.writeAndFlush(ByteBuffer(string: "answer"), promise: nil)
    wire.server.close(promise: nil)
    try wire.settle()
    #expect(wire.atClient.events.suffix(2) == [.text("answer"), .inputClosed] || wire.atClient.text == "answer")
    #expect(wire.atClient.errors == [])
    #expect(!wire.client.isActive)
  }

  @Test("a goodbye right after the question leaves the answer readable, though the server's tickets come before it")
  func earlyGoodbye() throws {
    let wire = try wire()
    wire.client.write(ByteBuffer(string: "question"), promise: nil)
    wire.client.flush()
    // The client is through with the handshake when it has the server's first flight.
    wire.deliver(try #require(try wire.client.readOutbound(as: ByteBuffer.self)), to: wire.server)
    wire.deliver(try #require(try wire.server.readOutbound(as: ByteBuffer.self)), to: wire.client)
    #expect(wire.atClient.handshake != nil)
    wire.client.close(mode: .output, promise: nil)
    try wire.settle()
    #expect(wire.atServer.events.suffix(2) == [.text("question"), .inputClosed])
    wire.server.writeAndFlush(ByteBuffer(string: "answer"), promise: nil)
    wire.server.close(promise: nil)
    try wire.settle()
    #expect(wire.atClient.text == "answer")
    #expect(wire.atClient.errors == [])
  }

  @Test("a goodbye closes a channel that cannot be half closed, and is answered")
  func noHalfClosure() throws {
    let wire = try wire(halfClosure: false)
    try wire.settle()
    wire.client.close(mode: .output, promise: nil)
    try wire.settle()
    #expect(!wire.server.isActive)
    #expect(wire.atServer.errors == [])
    #expect(wire.atServer.events.last == .inactive)
    #expect(!wire.client.isActive)
    #expect(wire.atClient.errors == [])
  }

  @Test("a transport that ends without a goodbye is an error before the end", arguments: [true, false])
  func truncated(halfClosure: Bool) throws {
    let wire = try wire(halfClosure: halfClosure)
    try wire.settle()
    if halfClosure {
      wire.server.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    } else {
      wire.server.pipeline.fireChannelInactive()
    }
    #expect(wire.atServer.errors == [.truncated])
    #expect(wire.atServer.events.suffix(2) == [.error(.truncated), .inactive])
    #expect(!wire.atServer.events.contains(.inputClosed))
  }

  @Test("a record that was cut is no text")
  func cutRecord() throws {
    let wire = try wire()
    try wire.settle()
    wire.client.writeAndFlush(ByteBuffer(string: "import-one: 1000"), promise: nil)
    var sent = try #require(try wire.client.readOutbound(as: ByteBuffer.self))
    sent.moveWriterIndex(to: sent.writerIndex - 1)
    wire.deliver(sent, to: wire.server)
    wire.server.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(wire.atServer.text == "")
    #expect(wire.atServer.errors == [.truncated])
  }

  @Test("an end in the handshake is told from one after it, and fails what was written")
  func endInHandshake() throws {
    let wire = try wire()
    let promise = wire.client.eventLoop.makePromise(of: Void.self)
    wire.client.writeAndFlush(ByteBuffer(string: "question"), promise: promise)
    wire.client.pipeline.fireChannelInactive()
    #expect(wire.atClient.events.suffix(2) == [.error(.endedInHandshake), .inactive])
    #expect(throws: TLSError.endedInHandshake) { try promise.futureResult.wait() }
  }

  @Test("what was not flushed when the channel closed fails")
  func unflushed() throws {
    let wire = try wire()
    try wire.settle()
    let promise = wire.client.eventLoop.makePromise(of: Void.self)
    wire.client.write(ByteBuffer(string: "question"), promise: promise)
    wire.client.close(promise: nil)
    #expect(throws: ChannelError.self) { try promise.futureResult.wait() }
    try wire.settle()
    #expect(wire.atServer.text == "")
  }

  @Test("closing in the middle of the handshake is in order for whoever does it")
  func closeInHandshake() throws {
    let wire = try wire()
    wire.client.close(promise: nil)
    #expect(wire.atClient.events.last == .inactive)
    #expect(wire.atClient.errors == [])
  }

  @Test("nothing can be written after our goodbye")
  func writeAfterGoodbye() throws {
    let wire = try wire()
    try wire.settle()
    wire.client.close(mode: .output, promise: nil)
    let promise = wire.client.eventLoop.makePromise(of: Void.self)
    wire.client.writeAndFlush(ByteBuffer(string: "late"), promise: promise)
    #expect(throws: ChannelError.outputClosed) { try promise.futureResult.wait() }
  }

  @Test("a byte that was changed on the way ends the connection, and is told to the peer")
  func changedByte() throws {
    let wire = try wire()
    try wire.settle()
    wire.client.writeAndFlush(ByteBuffer(string: "question"), promise: nil)
    var sent = try #require(try wire.client.readOutbound(as: ByteBuffer.self))
    let last = sent.readableBytes - 1
    sent.setInteger(sent.getInteger(at: last, as: UInt8.self)! ^ 1, at: last)
    wire.deliver(sent, to: wire.server)
    try wire.settle()
    #expect(wire.atServer.text == "")
    #expect(wire.atServer.errors == [.broken(reason: "decryption failed or bad record mac")])
    #expect(!wire.server.isActive)
    #expect(wire.atClient.errors == [.alert("bad record mac")])
  }
}
