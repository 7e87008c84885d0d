// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRWire

/// The client's side of a connection: sends the handshake, then messages as they come, and gives each its reply.
final class ClientHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = Question
  typealias OutboundOut = ByteBuffer

  /// A message that waits for its reply.
  struct Question: Sendable {
    let message: ByteBuffer
    let reply: EventLoopPromise<ByteBuffer>
  }

  private let server: Endpoint
  private var framer: LineFramer
  private var assembler: MessageAssembler
  private var open: CircularBuffer<EventLoopPromise<ByteBuffer>> = []

  init(server: Endpoint, limits: WireLimits) {
    self.server = server
    framer = LineFramer(limit: limits.line)
    assembler = MessageAssembler(limit: limits.message)
  }

  func channelActive(context: ChannelHandlerContext) {
    var hello = context.channel.allocator.buffer(capacity: 64)
    Handshake.request(Headers([("needs-headers", "false")]), into: &hello)
    context.writeAndFlush(wrapOutboundOut(hello), promise: nil)
    context.fireChannelActive()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let question = unwrapOutboundIn(data)
    open.append(question.reply)
    var bytes = context.channel.allocator.buffer(capacity: question.message.readableBytes + 1)
    ChunkStream.write(question.message, into: &bytes)
    context.write(wrapOutboundOut(bytes), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    framer.append(unwrapInboundIn(data))
    do throws(WireError) {
      while let line = try framer.next() {
        guard let message = try assembler.accept(line) else { continue }
        open.popFirst()?.succeed(message)
      }
    } catch {
      fail(.wire(server, error))
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(.disconnected(server))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func fail(_ error: ClientError) {
    while let reply = open.popFirst() { reply.fail(error) }
  }
}
