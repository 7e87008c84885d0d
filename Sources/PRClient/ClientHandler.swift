// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRTLS
import PRWire

/// The client's side of a connection: sends the handshake, then messages as they come, and gives each its reply.
package final class ClientHandler: ChannelDuplexHandler {
  package typealias InboundIn = ByteBuffer
  package typealias OutboundIn = Question
  package typealias OutboundOut = ByteBuffer

  /// A message that waits for its reply.
  package struct Question: Sendable {
    let message: ByteBuffer
    let answer: Answer

    /// - Parameters:
    ///   - message: the request's JSON.
    ///   - reply: gets the reply's, or fails with a ``ClientError``.
    package init(message: ByteBuffer, reply: EventLoopPromise<ByteBuffer>) {
      self.message = message
      answer = .whole(reply)
    }

    /// - Parameter rows: gets the rows of an export's reply as they come.
    init(message: ByteBuffer, rows: RowStream) {
      self.message = message
      answer = .rows(rows)
    }

    /// Who gets the reply, and how.
    enum Answer: Sendable {
      case whole(EventLoopPromise<ByteBuffer>)
      case rows(RowStream)
    }
  }

  /// A reply that is expected.
  private enum Expected {
    case whole(EventLoopPromise<ByteBuffer>)
    case rows(RowSink, RowStream)

    func fail(_ error: ClientError) {
      switch self {
      case .whole(let reply): reply.fail(error)
      case .rows(_, let stream): stream.end(.failure(error))
      }
    }
  }

  private let server: Endpoint
  private let isTLS: Bool
  private let greeted: EventLoopPromise<PeerDescription>
  private let introduction: PeerDescription?
  private let memberConnections: MemberConnections?
  private var handshake: Handshake?
  private var framer: LineFramer
  private var assembler: MessageAssembler
  private var open: CircularBuffer<Expected> = []
  /// The pieces of a reply are coming that is handed on row by row.
  private var isInPieces = false
  /// What ended the connection, if it was more than its end.
  private(set) var failure: ClientError?

  init(_ dialer: Dialer, greeted: EventLoopPromise<PeerDescription>) {
    server = dialer.server
    if case .tls = dialer.server { isTLS = true } else { isTLS = false }
    self.greeted = greeted
    introduction = dialer.introduction
    memberConnections = dialer.memberConnections
    handshake = dialer.asksForDescription ? .client(limits: dialer.limits) : nil
    framer = LineFramer(limit: dialer.limits.line)
    assembler = MessageAssembler(limit: dialer.limits.message)
  }

  package func channelActive(context: ChannelHandlerContext) {
    var hello = context.channel.allocator.buffer(capacity: 64)
    let needs = [(name: "needs-headers", value: handshake == nil ? "false" : "true")]
    Handshake.request(Headers(needs + (introduction?.headers ?? Headers())), into: &hello)
    context.writeAndFlush(wrapOutboundOut(hello), promise: nil)
    if !isTLS { greetIfReady() }
    context.fireChannelActive()
  }

  package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let question = unwrapOutboundIn(data)
    switch question.answer {
    case .whole(let reply): open.append(.whole(reply))
    case .rows(let stream): open.append(.rows(RowSink(server: server, stream: stream), stream))
    }
    var bytes = context.channel.allocator.buffer(capacity: question.message.readableBytes + 1)
    ChunkStream.write(question.message, into: &bytes)
    context.write(wrapOutboundOut(bytes), promise: promise)
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    framer.append(unwrapInboundIn(data))
    do throws(WireError) {
      // Where they stand: a chunk stream of many small pieces costs no allocation for each.
      try framer.forEachLine { line throws(WireError) in
        try take(line)
        return true
      }
      if let start = framer.incompleteLine { try handshake?.check(incomplete: start) }
    } catch {
      fail(.wire(server, error))
      context.close(promise: nil)
    }
  }

  private func take(_ line: UnsafeRawBufferPointer) throws(WireError) {
    if handshake != nil {
      guard case .done(let headers)? = try handshake?.accept(ByteBuffer(bytes: line)) else { return }
      handshake = nil
      greeted.succeed(PeerDescription(headers))
    } else if case .rows(let sink, _)? = open.first {
      takePiece(line, sink)
    } else {
      switch try assembler.accept(line) {
      case .message: try answer(ByteBuffer(bytes: line))
      case .piece: break
      case .joined(let message): try answer(message)
      }
    }
  }

  private func answer(_ message: ByteBuffer) throws(WireError) {
    guard case .whole(let reply)? = open.popFirst() else { throw .unaskedReply }
    reply.succeed(message)
  }

  private func takePiece(_ line: UnsafeRawBufferPointer, _ sink: RowSink) {
    if !isInPieces, MessageAssembler.opensChunkStream(line) {
      isInPieces = true
      return
    }
    guard !isInPieces || !line.isEmpty else { return endPieces(sink) }
    sink.take(line)
    if !isInPieces { endPieces(sink) }
  }

  private func endPieces(_ sink: RowSink) {
    isInPieces = false
    sink.finish()
    // A reply that was no export has ended the connection already, and with it what was open.
    _ = open.popFirst()
  }

  package func channelInactive(context: ChannelHandlerContext) {
    fail(failure ?? (handshake == nil ? .disconnected(server) : .noGreeting(server)))
    context.fireChannelInactive()
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? TLSError { failure = .tls(server, error) }
    context.close(promise: nil)
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let done = event as? TLSHandshakeDone {
      if let member = done.member { memberConnections?.note(context.channel, member) }
      greetIfReady()
    }
    context.fireUserInboundEventTriggered(event)
  }

  /// Without a description to wait for, a connection is ready once its bytes reach the server.
  private func greetIfReady() {
    if handshake == nil { greeted.succeed(PeerDescription()) }
  }

  private func fail(_ error: ClientError) {
    failure = error
    greeted.fail(error)
    while let reply = open.popFirst() { reply.fail(error) }
  }
}
