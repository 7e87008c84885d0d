// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRFederation

/// TLS in a channel's pipeline: plain text above, ciphertext below. It only moves bytes; ``TLSConnection`` decides.
///
/// - ``TLSHandshakeDone`` is fired as a user event before any plain text. Writes made earlier are kept until then.
/// - The peer's close_notify goes up as `ChannelEvent.inputClosed` where the channel allows remote half closure, and
///   closes the channel elsewhere. An end without it is ``TLSError/truncated``.
/// - An error is fired as ``TLSError`` once, and the channel is closed. The peer gets TLS's alert and no reason.
/// - `close` says goodbye first.
/// - With a context that is looking, the channel is closed after ``TLSHandshakeDone``, and no plain text passes.
package final class TLSHandler: ChannelDuplexHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = ByteBuffer
  package typealias OutboundIn = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  private let connection: TLSConnection
  private var kept = PendingWrites()
  private var isFlushWanted = false
  private var hasUnflushedBytes = false
  /// A handler above waits for plain text.
  private var isReadOwed = false

  private init(_ connection: TLSConnection) { self.connection = connection }

  /// A server's side of one connection.
  package static func server(_ context: TLSContext) throws(TLSError) -> TLSHandler {
    TLSHandler(try TLSConnection(context.settings, expecting: nil))
  }

  /// A client's side of one connection.
  ///
  /// - Parameters:
  ///   - name: the DNS name or IP address that the server's certificate must be for, in its alternative names. A DNS name is
  ///     also sent to the server (SNI).
  ///   - acceptedMembers: one of which the server's certificate must also name, or else the connection fails with
  ///     ``TLSError/otherMember(expected:found:)``. Nil where it need not. To be left out for a context that is looking.
  package static func client(
    _ context: TLSContext, expecting name: String, acceptedMembers: Set<MemberURI>? = nil
  ) throws(TLSError) -> TLSHandler {
    TLSHandler(try TLSConnection(context.settings, expecting: name, acceptedMembers: acceptedMembers))
  }

  // MARK: Beginning

  package func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { begin(context) }
  }

  package func channelActive(context: ChannelHandlerContext) {
    begin(context)
    context.fireChannelActive()
  }

  private func begin(_ context: ChannelHandlerContext) {
    guard connection.phase == .idle else { return }
    do throws(TLSError) {
      try connection.begin()
      sendOutgoing(context)
      context.flush()
    } catch {
      fail(context, error)
    }
  }

  // MARK: Inbound

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    guard connection.phase.takesBytes else { return }
    var plaintext = context.channel.allocator.buffer(capacity: bytes.readableBytes)
    let received = connection.receive(bytes, into: &plaintext)
    sendOutgoing(context)
    if let handshake = received.handshake {
      context.fireUserInboundEventTriggered(handshake)
      if isFlushWanted { flush(context: context) }
    }
    if plaintext.readableBytes > 0 {
      isReadOwed = false
      context.fireChannelRead(wrapInboundOut(plaintext))
    }
    if let error = received.error { return fail(context, error) }
    if received.isFinished { peerFinished(context) }
  }

  package func channelReadComplete(context: ChannelHandlerContext) {
    if hasUnflushedBytes { flushBytes(context) }
    context.fireChannelReadComplete()
    // What came held no plain text: a handler that asked for some would wait in vain.
    if isReadOwed || connection.phase == .handshaking { context.read() }
  }

  package func read(context: ChannelHandlerContext) {
    isReadOwed = true
    context.read()
  }

  private func peerFinished(_ context: ChannelHandlerContext) {
    let mayBeHalfClosed = try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)
    if mayBeHalfClosed == true {
      context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
    if mayBeHalfClosed != true || connection.phase == .over { close(context: context, mode: .all, promise: nil) }
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
    // In order if the peer's close_notify came, which was passed on then.
    if let error = connection.transportEnded() { fail(context, error) }
  }

  package func channelInactive(context: ChannelHandlerContext) {
    if let error = connection.transportEnded() {
      kept.fail(error)
      context.fireErrorCaught(error)
    }
    kept.fail(ChannelError.ioOnClosedChannel)
    context.fireChannelInactive()
  }

  package func handlerRemoved(context: ChannelHandlerContext) { kept.fail(ChannelError.ioOnClosedChannel) }

  // MARK: Outbound

  package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let plaintext = unwrapOutboundIn(data)
    if plaintext.readableBytes == 0, kept.isEmpty { return context.write(data, promise: promise) }
    guard connection.phase.isBeforeOpen || connection.phase.maySend else {
      promise?.fail(ChannelError.outputClosed)
      return
    }
    kept.append(plaintext, promise)
  }

  package func flush(context: ChannelHandlerContext) {
    guard connection.phase.maySend else {
      isFlushWanted = connection.phase.isBeforeOpen
      return flushBytes(context)
    }
    isFlushWanted = false
    guard !kept.isEmpty else { return flushBytes(context) }
    let room = TLSConnection.room(for: kept.readableBytes, pieces: kept.pieces.count)
    var bytes = context.channel.allocator.buffer(capacity: room)
    do throws(TLSError) {
      connection.takeOutgoing(into: &bytes)
      for piece in kept.pieces { try connection.send(piece, into: &bytes) }
    } catch {
      return fail(context, error)
    }
    context.write(wrapOutboundOut(bytes), promise: kept.take(on: context.eventLoop))
    flushBytes(context)
  }

  private func sendOutgoing(_ context: ChannelHandlerContext) {
    guard connection.hasOutgoing else { return }
    var bytes = context.channel.allocator.buffer(capacity: 0)
    connection.takeOutgoing(into: &bytes)
    context.write(wrapOutboundOut(bytes), promise: nil)
    hasUnflushedBytes = true
  }

  private func flushBytes(_ context: ChannelHandlerContext) {
    hasUnflushedBytes = false
    context.flush()
  }

  // MARK: End

  package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    // A connection cannot be half open before it is open.
    let mode = mode == .output && connection.phase.isBeforeOpen ? .all : mode
    if mode != .input {
      connection.finish()
      if mode == .all { connection.end() }
      sendOutgoing(context)
      flushBytes(context)
      kept.fail(ChannelError.ioOnClosedChannel)
    }
    context.close(mode: mode, promise: promise)
  }

  private func fail(_ context: ChannelHandlerContext, _ error: TLSError) {
    flushBytes(context)  // the alert, which was written
    kept.fail(error)
    context.fireErrorCaught(error)
    context.close(promise: nil)
  }
}
