// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRWire

/// Carries out what ``SessionState`` decides.
extension SessionHandler {
  func perform(_ actions: [SessionState.Action]) {
    for action in actions { perform(action) }
  }

  private func perform(_ action: SessionState.Action) {
    switch action {
    case .write(.response(let response)): response.writeMessage(to: &out)
    case .write(.encoded(let message)): message.write(to: &out)
    case .writeText(let text): out.writeString(text)
    case .flush: flush()
    case .takeLines: takeWaitingLines()
    case .read: context?.read()
    case .start(let timer, let time): if let context { timers.start(timer, after: time, bound(context)) }
    case .cancel(let timer): timers.cancel(timer)
    case .awaitRoom: awaitRoom()
    case .planFlush: onNextTurn { $0.handle(.flushDue) }
    case .measureUnsent: measureUnsent()
    case .introduce(let store, let lane):
      desk.lanes.arrive(store, lane, peer)
      if certificate == nil { desk.federation?.introduced(handMade: store, lane, at: peer) }
    case .describe: describe()
    case .answerPing:
      answerAtOnce(.ping, state.node == nil ? .alive : .aliveToNode(NodeNews(rival: rival, time: desk.node.now)))
    case .answerIsReadonly: answerAtOnce(.isReadonly, .readonly(desk.node.isReadOnly))
    case .ask(let request, let ticket): ask(request, ticket)
    case .predict(let tuple, let history, let ticket):
      desk.node.predict(tuple, history, answer: later(ticket, .getPR) { .value($0.text) })
    case .refused(let request, let reason): countRefusal(request, reason)
    case .beginExport(let query): export = ExportProgress(query, version: desk.options.version)
    case .readPage: readPage()
    case .writePage: writePage()
    case .openPoll(let query): if let context { poll = LongPoll(query, for: self, on: context.eventLoop) }
    case .look: poll?.look()
    case .hold: poll?.hold()
    case .answerPoll(let ticket): answerPoll(ticket)
    case .leavePoll: leavePoll()
    case .note(let note): report(note)
    case .leaveLane(let store): desk.lanes.leave(store)
    case .closeWhenSent: closeWhenSent()
    case .closeNow: context?.close(promise: nil)
    }
  }

  // MARK: Bytes

  func flush() {
    guard let context, out.readableBytes > 0 else { return }
    let bytes = out
    out = context.channel.allocator.buffer(capacity: 256)
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    if state.flight.mustLook(afterWriting: bytes.readableBytes, isWritable: state.isWritable) { measureUnsent() }
  }

  /// What the socket has not taken counts until it has.
  private func measureUnsent() {
    guard let context else { return }
    let unsent = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    guard state.flight.found(unsent: unsent) else { return }
    whenSent { $0.handleSent() }
  }

  private func closeWhenSent() { whenSent { $0.context?.close(promise: nil) } }

  /// An empty write is done when all before it has left.
  private func whenSent(_ body: @escaping @Sendable (SessionHandler) -> Void) {
    guard let context else { return }
    let (session, loop) = (bound(context), context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in loop.execute { body(session.value) } }
  }

  private func onNextTurn(_ body: @escaping @Sendable (SessionHandler) -> Void) {
    guard let context else { return }
    let session = bound(context)
    context.eventLoop.execute { body(session.value) }
  }

  private func awaitRoom() {
    guard let context else { return }
    let (session, loop) = (bound(context), context.eventLoop)
    desk.flight.whenThereIsRoom { loop.execute { session.value.handle(.roomCame) } }
  }

  func bound(_ context: ChannelHandlerContext) -> NIOLoopBound<SessionHandler> {
    NIOLoopBound(self, eventLoop: context.eventLoop)
  }

  // MARK: Words

  private func describe() {
    var description = desk.description
    description.rival = rival
    if !state.takesUnknownLevel { description.level = desk.node.level }
    Handshake.reply(description.headers, into: &out)
  }

  /// The node below whose lane overlaps with that of the node that asks.
  private var rival: LaneRival? { state.node.flatMap { desk.lanes.rival(of: $0) } }

  private func report(_ note: SessionState.Note) {
    switch note {
    case .noHandshake: complain("handshake", "a connection without a handshake was closed")
    case .unfinishedMessage: complain("unfinished", "a connection with an unfinished chunk stream was closed")
    case .revoked: complain("revoked", "a connection was closed: the certificate of its client was revoked")
    case .stalled: complain("stalled", "a peer that takes no replies was disconnected")
    case .unreadable(let error): complain("wire", "a connection was closed: \(error)")
    case .followerCame: complain("follower", "a node that copies this one has connected", level: .info)
    case .followerLeft: complain("lost follower", "a node that copies this one has disconnected", level: .info)
    }
  }
}
