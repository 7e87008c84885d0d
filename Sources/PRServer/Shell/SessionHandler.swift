// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRCertificates
import PRNode
import PRRevision
import PRStore
import PRTLS
import PRWire

/// One connection: bytes in, replies out. ``SessionState`` decides, and this carries it out.
///
/// What the database answers as it stands is written in the read that brought the question, and passes by all decisions.
/// Bound to its event loop, like all it touches.
final class SessionHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let desk: EventLoopContext
  let listener: Endpoint
  /// What its reads and decisions take turns as.
  let client = ReadClient()
  private(set) var peerNames: [String] = []
  /// Of a member of the federation.
  private(set) var certificate: MemberCertificate?
  private(set) var context: ChannelHandlerContext?
  // A value that calls nothing cannot be used while it is in use. For the three that every request uses, builds for production
  // leave out the check, which would run about 20 times for each request.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var state: SessionState
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var out = ByteBuffer()
  var timers = SessionTimers()
  /// The export at the front of the replies.
  var export: ExportProgress?
  /// The `changes` that is open.
  var poll: LongPoll?
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  var framer: LineFramer
  var assembler: MessageAssembler
  var handshake: Handshake
  /// Events that came while the actions of an earlier one were carried out.
  var events: [SessionState.Event] = []
  var isHandling = false
  /// Who asks, for the log and for the stories of rows: the name in its certificate, and its address.
  private(set) lazy var peer: String = {
    let address = context?.remoteAddress?.ipAddress ?? "local"
    let name = certificate?.identity.member.text ?? peerNames.first
    return name.map { "\($0) (\(address))" } ?? address
  }()

  init(desk: EventLoopContext, listener: Endpoint) {
    self.desk = desk
    self.listener = listener
    let options = desk.options
    state = SessionState(SessionLimits(options), rights: desk.rights(on: listener))
    framer = LineFramer(limit: options.wire.line)
    assembler = MessageAssembler(limit: options.wire.message)
    handshake = .server(limits: options.wire)
  }

  // MARK: Connection

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    timers.cancelAll()
    desk.flight.add(-state.flight.counted)
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    handle(.connected)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    client.leave()
    handle(.disconnected)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? TLSError { complain("tls: \(error)", "a TLS connection failed: \(error)") }
    handle(.failed)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is DrainEvent: handle(.drain)
    case let done as TLSHandshakeDone:
      (peerNames, certificate) = (done.peerNames, done.member)
      handle(.identified(desk.rights(on: listener, peerNames: peerNames, certificate: certificate)))
    case let event as RevocationEvent:
      if let certificate, event.serials.contains(certificate.serial) { handle(.revoked) }
    case ChannelEvent.inputClosed: handle(.inputClosed)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    handle(.writable(context.channel.isWritable))
    context.fireChannelWritabilityChanged()
  }

  // MARK: Reading

  func read(context: ChannelHandlerContext) {
    guard !hasRoom else { return context.read() }
    handle(.readWanted)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard state.phase.takesLines else { return }
    framer.append(unwrapInboundIn(data))
    takeLines()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    guard state.isAtRest, !isHandling else { return handle(.readCompleted) }
    isHandling = true
    flush()
    handleEvents()
  }

  @inline(__always)
  private var hasRoom: Bool { state.hasRoom(behind: out.readableBytes, isCrowded: desk.flight.isCrowded) }
}

/// Tells a session that the server is stopping.
struct DrainEvent: Sendable {}
