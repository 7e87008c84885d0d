// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import PRTLS

/// A server and a client over TLS, whose bytes go from one to the other in memory, and may be changed meanwhile.
final class TLSPair {
  let server: Side
  let client: Side
  private let loop = EmbeddedEventLoop()
  /// Bytes arrive in pieces of this many; 0 for all at once.
  var piece = 0
  /// Bits that are flipped, and where in all that goes to a side.
  var changes: [(isToServer: Bool, place: Int, bits: UInt8)] = []

  init(_ server: TLSHandler, _ client: TLSHandler, halfClosure: Bool) throws {
    self.server = try Side(server, loop, halfClosure: halfClosure)
    self.client = try Side(client, loop, halfClosure: halfClosure)
  }

  /// Carries bytes until neither side has any for the other.
  func settle() throws {
    while try carry(client, server, isToServer: true) || carry(server, client, isToServer: false) {}
  }

  private func carry(_ sender: Side, _ receiver: Side, isToServer: Bool) throws -> Bool {
    var bytes = ByteBuffer()
    while var part = try sender.channel.readOutbound(as: ByteBuffer.self) { bytes.writeBuffer(&part) }
    guard bytes.readableBytes > 0 else { return false }
    for change in changes where change.isToServer == isToServer {
      let place = change.place - receiver.arrived
      guard (0..<bytes.readableBytes).contains(place) else { continue }
      let changed = (bytes.getInteger(at: bytes.readerIndex + place, as: UInt8.self) ?? 0) ^ change.bits
      bytes.setInteger(changed, at: bytes.readerIndex + place)
    }
    receiver.arrived += bytes.readableBytes
    while let part = bytes.readSlice(length: piece == 0 ? bytes.readableBytes : min(piece, bytes.readableBytes)),
      part.readableBytes > 0
    {
      receiver.take(part)
    }
    return true
  }

  /// A channel that is closed lets go of its handlers at the next turn of its loop.
  func end() {
    for side in [server, client] { _ = try? side.channel.finish() }
    loop.run()
  }

  /// What must hold at any time.
  func check() throws {
    for (side, other) in [(server, client), (client, server)] {
      let record = side.record
      try require(record.errors <= 1, "\(record.errors) errors")
      try require(record.errors == 0 || !side.channel.isActive, "the channel is open after an error")
      try require(!record.isLate, "something came after the error")
      try require(record.text.readableBytes <= other.written, "text that was not sent: \(record.text)")
      try require(record.text.readableBytesView.allSatisfy { $0 == UInt8(ascii: "q") }, "other text than was sent")
    }
  }
}

extension TLSPair {
  /// One side's channel.
  final class Side {
    let channel: EmbeddedChannel
    let record = Record()
    private(set) var written = 0
    fileprivate(set) var arrived = 0

    init(_ handler: TLSHandler, _ loop: EmbeddedEventLoop, halfClosure: Bool) throws {
      channel = EmbeddedChannel(handlers: [OutputEnd(), handler, record], loop: loop)
      channel.allowRemoteHalfClosure = halfClosure
      try channel.connect(to: SocketAddress(unixDomainSocketPath: "/memory")).wait()
    }

    func take(_ bytes: ByteBuffer) {
      guard channel.isActive else { return }
      channel.pipeline.fireChannelRead(bytes)
      channel.pipeline.fireChannelReadComplete()
    }

    func write(_ text: String) {
      written += text.utf8.count
      channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    func close(_ mode: CloseMode) { channel.close(mode: mode, promise: nil) }

    func endInput() {
      if channel.isActive { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }
  }

  /// The last handler: keeps what comes up.
  final class Record: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private(set) var text = ByteBuffer()
    private(set) var errors = 0
    private(set) var isLate = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var bytes = unwrapInboundIn(data)
      if errors > 0 { isLate = true }
      text.writeBuffer(&bytes)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if errors > 0, event is TLSHandshakeDone { isLate = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { errors += 1 }
  }

  /// An embedded channel closes when its output is closed; a transport does not.
  private final class OutputEnd: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
      if mode == .output { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
    }
  }
}
