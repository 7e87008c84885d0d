// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRNode
import PRRevision
import PRStore
import PRWire

/// What a session does with a request that is understood.
extension SessionHandler {
  func serve(_ request: Request) {
    let node = desk.node
    switch request {
    case .ping: replyAtOnce(.ping, nodeStore.flatMap { desk.lanes.rival(of: $0) }.map { .aliveBeside($0) } ?? .alive)
    case .isReadonly: replyAtOnce(.isReadonly, .readonly(node.isReadOnly))
    case .getPR(let tuple, let history) where !rights.contains(.allocate):
      node.predict(tuple, history, answer: later(.getPR) { .value($0.text) })
    case .getPR(let tuple, let history):
      node.allocate(tuple, history, asker: peer, for: client, answer: later(.getPR) { .value($0.text) })
    case .testPR(let tuple, let history):
      node.value(of: tuple, history, for: client, answer: later(.testPR) { $0.map { .value($0.text) } ?? .noValue })
    case .testPackage(let package):
      node.greatest(of: package, for: client, answer: later(.testPackage) { .known($0 != nil) })
    case .maxPackagePR(let package):
      node.greatest(of: package, for: client, answer: later(.maxPackagePR) { $0.map { .value($0.text) } ?? .noValue })
    case .importOne(let tuple, let value):
      node.record(
        tuple, value: value.text, asker: peer, for: client, answer: later(.importOne) { .imported($0 ? value : nil) })
    case .lookup(let tuple, let time):
      node.lookUp(tuple, within: time, for: client, answer: later(.lookup) { .lookup(LookupAnswer($0)) })
    case .changes(let query): beginPoll(query)
    case .export(let query):
      desk.countAnswer(.export)
      replies.append(.export(ExportProgress(query, version: desk.options.version)), bytes: requestBytes)
      moveReplies()
    }
  }

  private func replyAtOnce(_ request: RequestKind?, _ response: Response) {
    desk.countAnswer(request)
    reply(response)
  }

  func refuse(_ request: RequestKind?, _ right: Rights) {
    desk.countRefusal(request, .rights)
    let who = peerNames.first.map { "the certificate of \($0)" } ?? "this connection"
    complain("right", "a request was refused: \(who) lacks the right '\(right)'")
    reply(
      .error(
        "\(who) may not do this here: it has the rights '\(rights)' and needs '\(right)'; "
          + "ask the server's operator for --rights \(peerNames.first ?? "\(listener)")=\(rights.union(right))"))
  }

  func refuseMalformed(_ request: RequestKind?, _ reason: String) {
    desk.countRefusal(request, .malformed)
    complain("malformed", "a request was refused: \(reason)")
    reply(.error(reason))
  }

  /// One at a time: its answer may be large, and it may be long in coming.
  private func beginPoll(_ query: ChangesQuery) {
    guard poll?.isOver ?? true, let context else {
      return refuseMalformed(
        .changes, "changes: one is open on this connection; wait for its answer, or open another connection")
    }
    // A node that mints was logged with its lane when it introduced itself.
    if poll == nil, nodeStore == nil { complain("follower", "a node that copies this one has connected", level: .info) }
    let poll = LongPoll(query, for: self, ticket: replies.reserve(bytes: requestBytes), on: context.eventLoop)
    self.poll = poll
    poll.begin()
  }

  /// Puts a reply in the place that was kept for it.
  ///
  /// - Parameter start: when its request came; nil for one that was held back on purpose.
  func fill(
    _ ticket: ReplyQueue<SessionReply>.Ticket, _ request: RequestKind?, since start: NIODeadline? = nil,
    with outcome: Result<Response, NodeError>
  ) {
    switch outcome {
    case .success(let response):
      desk.countAnswer(request, since: start)
      replies.fill(ticket, with: .response(response), bytes: response.bytes)
    case .failure(let error):
      desk.countRefusal(request, error.kind, since: start)
      // Among many that are refused for other reasons this one is not left out.
      complain(error.kind == .taken ? "taken" : "refused", "a request was refused: \(error)")
      let response = Response.error(error.description)
      replies.fill(ticket, with: .response(response), bytes: response.bytes)
    }
    moveReplies()
    if let context { planFlush(on: context.eventLoop) }
  }

  /// Puts the answer to a `changes` in the place that was kept for it.
  func fill(_ ticket: ReplyQueue<SessionReply>.Ticket, with answer: PollBoard.Answer) {
    switch answer {
    case .message(let message):
      desk.countAnswer(.changes)
      replies.fill(ticket, with: .message(message), bytes: message.readableBytes)
      moveReplies()
      if let context { planFlush(on: context.eventLoop) }
    case .failure(let error): fill(ticket, .changes, with: .failure(error))
    }
  }

  /// Puts a reply that is ready in its place.
  func reply(_ response: Response) {
    replies.append(.response(response), bytes: response.bytes)
    moveReplies()
  }

  /// Keeps a place for a reply, and makes the callback that fills it.
  private func later<Value: Sendable>(
    _ request: RequestKind?, _ response: @escaping @Sendable (Value) -> Response
  ) -> Node.Answer<Value> {
    let ticket = replies.reserve(bytes: requestBytes)
    let start = NIODeadline.now()
    return callback { session, outcome in
      session.fill(ticket, request, since: start, with: outcome.map(response))
    }
  }

  /// A callback that comes back to this session on its event loop, whatever thread calls it.
  func callback<Value: Sendable>(
    _ body: @escaping @Sendable (SessionHandler, Result<Value, NodeError>) -> Void
  ) -> Node.Answer<Value> {
    guard let loop = context?.eventLoop else { return { _ in } }
    let session = NIOLoopBound(self, eventLoop: loop)
    return { outcome in
      loop.execute {
        body(session.value, outcome)
        session.value.planFlush(on: loop)
      }
    }
  }
}

extension Response {
  /// About how much memory it takes while it waits.
  var bytes: Int {
    switch self {
    case .value(let text), .error(let text): text.utf8.count
    case .imported(let value): value?.text.utf8.count ?? 0
    case .lookup(let answer): answer.values.reduce(0) { $0 + $1.utf8.count }
    case .aliveBeside(let rival): rival.description.utf8.count
    case .alive, .noValue, .known, .readonly, .changes: 0
    }
  }
}

extension LookupAnswer {
  fileprivate init(_ answer: UpstreamAnswer) {
    self.init(
      greatest: answer.greatest?.text, values: answer.values.map(\.text), hasMore: answer.hasMore,
      isComplete: answer.isComplete, level: answer.level)
  }
}
