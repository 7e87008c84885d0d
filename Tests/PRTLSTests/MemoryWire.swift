// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import PRTLS

/// Two channels whose bytes go from one to the other in memory.
final class MemoryWire {
  let server: EmbeddedChannel
  let client: EmbeddedChannel
  let atServer = PipelineEnd()
  let atClient = PipelineEnd()
  /// Bytes are delivered in pieces of this many.
  var piece = Int.max
  /// What happens to bytes on their way.
  var changes: (inout ByteBuffer) -> Void = { _ in }

  /// - Parameter halfClosure: whether the channels allow the peer to end its direction alone.
  init(_ server: TLSHandler, _ client: TLSHandler, halfClosure: Bool = true) throws {
    let loop = EmbeddedEventLoop()
    self.server = EmbeddedChannel(handlers: [HalfClosing(), server, atServer], loop: loop)
    self.client = EmbeddedChannel(handlers: [HalfClosing(), client, atClient], loop: loop)
    self.server.allowRemoteHalfClosure = halfClosure
    self.client.allowRemoteHalfClosure = halfClosure
    let address = try SocketAddress(unixDomainSocketPath: "/memory")
    try self.server.connect(to: address).wait()
    try self.client.connect(to: address).wait()
  }

  /// A channel and its handlers hold each other until it has ended; what is left in it is lost with it.
  deinit {
    for channel in [server, client] { _ = try? channel.finish(acceptAlreadyClosed: true) }
  }

  /// Carries bytes until neither side has any for the other.
  func settle() throws {
    while try carry(from: client, to: server) || carry(from: server, to: client) {}
  }

  private func carry(from sender: EmbeddedChannel, to receiver: EmbeddedChannel) throws -> Bool {
    var bytes = ByteBuffer()
    while var part = try sender.readOutbound(as: ByteBuffer.self) { bytes.writeBuffer(&part) }
    guard bytes.readableBytes > 0 else { return false }
    changes(&bytes)
    deliver(bytes, to: receiver)
    return true
  }

  /// Brings bytes to a channel, if it is still there.
  func deliver(_ bytes: ByteBuffer, to receiver: EmbeddedChannel) {
    var bytes = bytes
    while let part = bytes.readSlice(length: min(piece, bytes.readableBytes)), part.readableBytes > 0 {
      guard receiver.isActive else { return }
      receiver.pipeline.fireChannelRead(part)
      receiver.pipeline.fireChannelReadComplete()
    }
  }
}

/// The last handler: keeps what comes up.
final class PipelineEnd: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  /// What came, in order.
  enum Event: Equatable {
    case active
    case handshake(TLSHandshakeDone)
    case text(String)
    case inputClosed
    case error(TLSError)
    case otherError
    case inactive
  }

  private(set) var events: [Event] = []
  private(set) var received = ByteBuffer()
  private(set) var reads = 0

  var handshake: TLSHandshakeDone? {
    for case .handshake(let done) in events { return done }
    return nil
  }
  var errors: [TLSError] {
    events.compactMap { if case .error(let error) = $0 { error } else { nil } }
  }
  var text: String { String(buffer: received) }

  func channelActive(context: ChannelHandlerContext) { events.append(.active) }
  func channelInactive(context: ChannelHandlerContext) { events.append(.inactive) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    reads += 1
    if bytes.readableBytes < 100 { events.append(.text(String(buffer: bytes))) }
    received.writeBuffer(&bytes)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case let done as TLSHandshakeDone: events.append(.handshake(done))
    case ChannelEvent.inputClosed: events.append(.inputClosed)
    default: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    events.append((error as? TLSError).map { .error($0) } ?? .otherError)
  }
}

/// An embedded channel closes when its output is closed; a transport does not.
private final class HalfClosing: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if mode == .output { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
  }
}
