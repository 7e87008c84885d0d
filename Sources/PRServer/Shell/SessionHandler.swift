// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRNode
import PRRevision
import PRStore
import PRTLS
import PRWire

/// One connection: bytes in, replies out, in order.
///
/// What the database answers as it stands is written in the read that brought the question; everything else takes a
/// place in the reply queue and comes back by callback. Bound to its event loop, like all it touches.
final class SessionHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let desk: EventLoopContext
  let listener: Endpoint
  /// What its reads and decisions take turns as.
  let client = ReadClient()
  private(set) var rights: Rights
  private(set) var peerNames: [String] = []
  var framer: LineFramer
  var assembler: MessageAssembler
  private var handshake: Handshake
  private var phase = Phase.handshaking
  var replies = ReplyQueue<SessionReply>()
  var out = ByteBuffer()
  var context: ChannelHandlerContext?
  var timers = SessionTimers()
  var isReadWanted = false
  private var isWritable = true
  private var isFlushPlanned = false
  /// The framer is in use.
  private(set) var isTakingLines = false
  /// Of the request that is being taken.
  private(set) var requestBytes = 0
  var flight = SessionFlight()
  var isAwaitingRoom = false
  var isPageWanted = false
  private var isInputClosed = false
  /// The server stops, and the first request is still to come.
  private var isLeaving = false
  /// The `changes` that is open, or was last.
  var poll: LongPoll?
  /// The store of the node that asks, if it is one that mints.
  private(set) var nodeStore: String?
  /// Who asks, for the log and for the stories of rows: the name in its certificate, and its address.
  private(set) lazy var peer: String = {
    let address = context?.remoteAddress?.ipAddress ?? "local"
    return peerNames.first.map { "\($0) (\(address))" } ?? address
  }()

  private enum Phase {
    /// Lines belong to the handshake: → `greeted`, `finishing`.
    case handshaking
    /// Nothing was asked yet: → `serving`, `finishing`.
    case greeted
    /// Lines are messages: → `finishing`.
    case serving
    /// A client of HTTP was answered: what it still sends is dropped, until it has read its answer: → `finishing`.
    case rejecting
    /// Nothing more is read; what is in flight is answered, then the connection ends.
    case finishing
  }

  init(desk: EventLoopContext, listener: Endpoint) {
    self.desk = desk
    self.listener = listener
    rights = desk.options.access.rights(on: listener, peerNames: [])
    framer = LineFramer(limit: desk.options.wire.line)
    assembler = MessageAssembler(limit: desk.options.wire.message)
    handshake = .server(limits: desk.options.wire)
  }

  // MARK: Connection

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    timers.cancelAll()
    desk.flight.add(-flight.counted)
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    timers.start(.handshake, after: desk.options.handshakeTimeout, on: context.eventLoop, bound(context)) {
      $0.complain("handshake", "a connection without a handshake was closed")
      $0.close()
    }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    phase = .finishing
    client.leave()
    poll?.end()
    timers.cancelAll()
    if let nodeStore {
      desk.lanes.leave(nodeStore)
    } else if poll != nil {
      complain("lost follower", "a node that copies this one has disconnected", level: .info)
    }
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? TLSError { complain("tls: \(error)", "a TLS connection failed: \(error)") }
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is DrainEvent: leave()
    case let done as TLSHandshakeDone:
      peerNames = done.peerNames
      rights = desk.options.access.rights(on: listener, peerNames: peerNames)
    // The peer has sent all it wants to; it may still read its replies.
    case ChannelEvent.inputClosed:
      isInputClosed = true
      proceed()
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  // MARK: Reading

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard phase != .finishing, phase != .rejecting else { return }
    framer.append(unwrapInboundIn(data))
    takeLines()
    watchUnfinishedMessage()
  }

  /// A chunk stream that was begun has to end: its pieces take memory.
  private func watchUnfinishedMessage() {
    guard assembler.isJoining, let context else { return timers.cancel(.message) }
    guard !timers.isRunning(.message) else { return }
    timers.start(.message, after: desk.options.messageTimeout, on: context.eventLoop, bound(context)) {
      $0.complain("unfinished", "a connection with an unfinished chunk stream was closed")
      $0.close()
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    flush()
    if isLeaving, phase == .serving { finish() }
    restartIdleTimer()
    settle()
  }

  /// The event loop asks whether it may read on: not while the peer has too much in flight or takes no replies.
  func read(context: ChannelHandlerContext) {
    guard !mayTakeMore else { return context.read() }
    isReadWanted = true
    if desk.flight.isCrowded { awaitRoom() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    isWritable = context.channel.isWritable
    if isWritable {
      timers.cancel(.write)
      proceed()
    } else {
      timers.start(.write, after: desk.options.writeTimeout, on: context.eventLoop, bound(context)) {
        $0.complain("stalled", "a peer that takes no replies was disconnected")
        $0.context?.close(promise: nil)  // at once: what was written will not leave any more
      }
    }
    context.fireChannelWritabilityChanged()
  }

  var isFinishing: Bool { phase == .finishing }

  private var mayTakeMore: Bool {
    replies.count < desk.options.inFlight && isWritable
      && out.readableBytes + replies.bytes < SessionReply.mostWaiting
      && !(desk.flight.isCrowded && flight.isLarge)
  }

  /// Goes on after a wait: replies first, then lines that were left lying, then the socket.
  func proceed() {
    moveReplies()
    takeLines()
    if isInputClosed, mayTakeMore { finish() }
    flush()
    settle()
    guard isReadWanted, mayTakeMore else { return }
    isReadWanted = false
    context?.read()
  }

  private func takeLines() {
    do throws(WireError) {
      guard phase != .finishing, phase != .rejecting, mayTakeMore else { return }
      isTakingLines = true
      defer { isTakingLines = false }
      try framer.forEachLine { line throws(WireError) in
        if phase == .handshaking {
          try takeHeader(ByteBuffer(bytes: line))
        } else {
          if phase == .greeted { phase = .serving }
          switch try assembler.accept(line) {
          case .message: takeMessage(line)
          case .piece: break
          case .joined(let message): message.withUnsafeReadableBytes { takeMessage($0) }
          }
        }
        return phase != .finishing && mayTakeMore
      }
      if phase == .handshaking, let start = framer.incompleteLine { try handshake.check(incomplete: start) }
    } catch {
      refuse(error)
    }
  }

  private func takeHeader(_ line: ByteBuffer) throws(WireError) {
    guard case .done(let headers) = try handshake.accept(line) else { return }
    timers.cancel(.handshake)
    phase = .greeted
    introduce(PeerDescription(headers))
    if headers.needsHeaders {
      var description = desk.description
      description.rival = nodeStore.flatMap { desk.lanes.rival(of: $0) }
      Handshake.reply(description.headers, into: &out)
    }
  }

  /// A node says which store it mints for, and in which lane.
  private func introduce(_ node: PeerDescription) {
    guard let store = node.store, LaneRival.isStore(store), let lane = node.lane, rights.contains(.read) else { return }
    nodeStore = store
    desk.lanes.arrive(store, lane, peer)
  }

  /// The framing cannot be followed any more: one last line says why, unless the peer speaks another protocol.
  private func refuse(_ error: WireError) {
    complain("wire", "a connection was closed: \(error)")
    guard phase != .handshaking else { return reject(error) }
    reply(.error(error.description))
    finish()
  }

  /// A client of HTTP gets an answer in HTTP. All others get nothing.
  ///
  /// A connection that is closed while bytes are unread is reset, and a reset takes the answer with it: so the client ends it.
  private func reject(_ error: WireError) {
    guard case .foreignProtocol(let foreigner) = error, let text = HTTPRefusal.text(to: foreigner), let context else {
      return close()
    }
    out.writeString(text)
    phase = .rejecting
    flush()
    timers.cancel(.handshake)
    timers.start(.courtesy, after: Self.patienceWithHTTP, on: context.eventLoop, bound(context)) { $0.finish() }
  }

  /// So long a client of HTTP may take to read its answer.
  private static let patienceWithHTTP = Duration.seconds(2)

  // MARK: Requests

  private func takeMessage(_ bytes: UnsafeRawBufferPointer) {
    let view: RequestView
    do throws(JSONError) {
      view = try RequestView(bytes, depth: desk.options.wire.depth)
    } catch {
      return refuse(.json(error))
    }
    if replies.isEmpty, !rights.isDisjoint(with: .asking), let tuple = view.plainAllocation,
      desk.answerCurrent(tuple, into: &out)
    {
      return
    }
    requestBytes = bytes.count
    // The right is looked at before the fields are: a request that is not allowed costs no more than its scan.
    if let name = view.name, rights.isDisjoint(with: name.rights) { return refuse(name, name.right) }
    do throws(RequestError) {
      guard let request = try Request(view) else { return finish() }
      serve(request)
    } catch .json(let error) {
      refuse(.json(error))
    } catch {
      refuseMalformed(error.request, error.description)
    }
  }

  // MARK: Replies

  /// Moves the replies that are ready, and whose turn it is, to the outgoing bytes.
  func moveReplies() {
    while let reply = replies.first, isWritable {
      switch reply {
      case .response(let response):
        response.writeMessage(to: &out)
        replies.removeFirst()
      case .message(var message):
        // An empty buffer is replaced, so that the bytes are not copied.
        if out.readableBytes == 0 { out = message } else { out.writeBuffer(&message) }
        replies.removeFirst()
      case .export(let progress): return askForPage(progress)
      }
    }
  }

  /// Callbacks come in crowds: while more are expected, one flush serves all that come in this turn.
  func planFlush(on loop: any EventLoop) {
    guard !isFlushPlanned else { return }
    guard !replies.isEmpty else { return proceed() }
    isFlushPlanned = true
    let session = NIOLoopBound(self, eventLoop: loop)
    loop.execute {
      session.value.isFlushPlanned = false
      session.value.proceed()
    }
  }

  func flush() {
    guard let context else { return }
    if out.readableBytes > 0 {
      let bytes = out
      out = context.channel.allocator.buffer(capacity: 256)
      context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
      if flight.mustLook(afterWriting: bytes.readableBytes, isWritable: isWritable) { lookAtUnsent(context) }
    }
    if phase == .finishing, replies.isEmpty { close() }
  }

  // MARK: Ending

  /// A client without a request has just connected, and is about to send one: it is answered first. For all others a
  /// connection may end between two requests.
  private func leave() {
    guard phase == .handshaking || phase == .greeted, let context else { return finish() }
    isLeaving = true
    timers.start(.courtesy, after: Self.courtesy, on: context.eventLoop, bound(context)) { $0.finish() }
  }

  /// For how long a server that stops waits for a first request.
  private static let courtesy = Duration.milliseconds(250)

  /// Reads no more, answers what is in flight, and closes.
  private func finish() {
    guard phase != .finishing else { return }
    timers.cancel(.handshake)
    timers.cancel(.courtesy)
    phase = .finishing
    poll?.end()
    flush()
  }

  /// Closes once what was written has left.
  func close() {
    phase = .finishing
    guard let context else { return }
    let session = bound(context)
    let loop = context.eventLoop
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
      loop.execute { session.value.context?.close(promise: nil) }
    }
  }

  func bound(_ context: ChannelHandlerContext) -> NIOLoopBound<SessionHandler> {
    NIOLoopBound(self, eventLoop: context.eventLoop)
  }

  private func restartIdleTimer() {
    guard let idle = desk.options.idleTimeout, let context, phase == .serving || phase == .greeted else { return }
    timers.start(.idle, after: idle, on: context.eventLoop, bound(context)) { session in
      if session.replies.isEmpty { session.close() } else { session.restartIdleTimer() }
    }
  }

  func complain(_ kind: String, _ message: String, level: LogLevel = .warning) {
    desk.complain(kind, message, level: level, peer: peer)
  }
}

/// Tells a session that the server is stopping.
struct DrainEvent: Sendable {}
