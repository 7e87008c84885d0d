// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import PRWire

/// The peer of a session, and the channel that the session has.
final class SessionClient {
  private let channel: EmbeddedChannel
  private let gate = ReadGate()
  private var unread: [ByteBuffer] = []
  private var hasEnded = false
  private var lines = 0
  private(set) var received = ByteBuffer()

  init(_ loop: EmbeddedEventLoop, _ accept: (EmbeddedChannel) throws -> Void) throws {
    channel = EmbeddedChannel(handler: gate, loop: loop)
    channel.allowRemoteHalfClosure = true
    try accept(channel)
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/memory")).wait()
    channel.pipeline.read()
  }

  func send(_ bytes: ByteBuffer) {
    guard !hasEnded else { return }
    lines += bytes.readableBytesView.count { $0 == 0x0A }
    unread.append(bytes)
  }

  func endInput() { hasEnded = true }

  /// The connection is gone.
  func fail() {
    (unread, hasEnded) = ([], true)
    if channel.isActive { channel.close(promise: nil) }
  }

  /// - Parameter takes: whether the peer takes what it gets.
  func takes(_ takes: Bool) {
    guard channel.isActive, channel.isWritable != takes else { return }
    channel.isWritable = takes
    channel.pipeline.fireChannelWritabilityChanged()
  }

  /// There are bytes that the session is ready to take.
  var hasWork: Bool { channel.isActive && gate.isReadWanted && !unread.isEmpty }

  /// Gives the session what it is ready to take, and takes what it has written.
  func deliver() throws {
    while hasWork {
      gate.isReadWanted = false
      channel.pipeline.fireChannelRead(unread.removeFirst())
      if channel.isActive { channel.pipeline.fireChannelReadComplete() }
      if channel.isActive { channel.pipeline.read() }
    }
    if hasEnded, unread.isEmpty, channel.isActive, gate.isReadWanted, !gate.isInputClosed {
      gate.isInputClosed = true
      channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
    while var bytes = try channel.readOutbound(as: ByteBuffer.self) { received.writeBuffer(&bytes) }
  }

  /// Replies are lines of JSON; in front of them may be the headers of the handshake.
  func check() throws {
    guard !received.readableBytesView.starts(with: "HTTP/".utf8), received.readableBytes > 0 else { return }
    let framing = Framing(
      [ArraySlice(received.readableBytesView)], line: 1 << 20, message: 1 << 24, inPlace: true)
    try require(framing.error == nil && framing.pendingLine == 0, "half a reply: \(String(buffer: received))")
    let replies = framing.messages.drop { $0.readableBytesView.first != UInt8(ascii: "{") }
    try require(replies.count <= lines, "\(replies.count) replies to \(lines) lines")
    for reply in replies {
      let isJSON = reply.withUnsafeReadableBytes { (try? RequestView($0, depth: 16)) != nil }
      try require(isJSON, "a reply that is not JSON: \(String(buffer: reply))")
    }
  }
}

/// Notes whether the session wants to read. An embedded channel reads all the same.
private final class ReadGate: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer

  var isReadWanted = false
  var isInputClosed = false

  func read(context: ChannelHandlerContext) { isReadWanted = true }
}
