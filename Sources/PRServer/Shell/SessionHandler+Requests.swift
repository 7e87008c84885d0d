// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import PRNode
import PRRevision
import PRStore
import PRWire

/// What a session asks the node, and what it does with the answers.
extension SessionHandler {
  func ask(_ request: Request, _ ticket: SessionState.Ticket) {
    let node = desk.node
    switch request {
    case .getPR(let tuple, let history):
      node.allocate(tuple, history, asker: peer, for: client, answer: later(ticket, .getPR) { .value($0.text) })
    case .testPR(let tuple, let history):
      node.value(
        of: tuple, history, for: client, answer: later(ticket, .testPR) { $0.map { .value($0.text) } ?? .noValue })
    case .testPackage(let package):
      node.greatest(of: package, for: client, answer: later(ticket, .testPackage) { .known($0 != nil) })
    case .maxPackagePR(let package):
      node.greatest(
        of: package, for: client, answer: later(ticket, .maxPackagePR) { $0.map { .value($0.text) } ?? .noValue })
    case .importOne(let tuple, let value):
      node.record(
        tuple, value: value.text, asker: peer, for: client,
        answer: later(ticket, .importOne) { .imported($0 ? value : nil) })
    case .lookup(let tuple, let time, let path):
      node.lookUp(
        tuple, within: time, via: path, for: client,
        answer: later(ticket, .lookup) { [guess = state.takesUnknownLevel ? nil : desk.node.level] answer in
          .lookup(LookupAnswer(answer, guess: guess))
        })
    case .federation(let request):
      let answer = later(ticket, request.kind) { .federation($0) }
      guard let federation = desk.federation else { return answer(.failure(.federation(.none))) }
      let address = context?.remoteAddress?.ipAddress ?? "local"
      federation.answer(
        request,
        from: FederationPeer(certificate: certificate, address: address), for: client,
        answer: answer)
    case .ping, .isReadonly, .changes, .export: break  // they have actions of their own
    }
  }

  /// Makes the callback that fills a reply's place.
  func later<Value: Sendable>(
    _ ticket: SessionState.Ticket, _ request: RequestKind, _ response: @escaping @Sendable (Value) -> Response
  ) -> Node.Answer<Value> {
    // A report waits on purpose.
    let start = request == .report ? nil : context?.eventLoop.now
    return callback { session, outcome in
      let reply = SessionReply.response(session.count(request, since: start, outcome.map(response)))
      session.handle(.replied(ticket, reply))
    }
  }

  /// A callback that comes back to this session on its event loop, whatever thread calls it.
  private func callback<Value: Sendable>(
    _ body: @escaping @Sendable (SessionHandler, Result<Value, NodeError>) -> Void
  ) -> Node.Answer<Value> {
    guard let context else { return { _ in } }
    let (session, loop) = (bound(context), context.eventLoop)
    return { outcome in loop.execute { body(session.value, outcome) } }
  }

  /// Counts a request.
  ///
  /// - Parameter start: when it came; nil for one that was held back on purpose.
  /// - Returns: what the client is answered.
  private func count(
    _ request: RequestKind, since start: NIODeadline? = nil, _ outcome: Result<Response, NodeError>
  ) -> Response {
    switch outcome {
    case .success(let response):
      desk.countAnswer(request, since: start)
      return response
    case .failure(let error):
      desk.countRefusal(request, error.kind, since: start)
      // Among many that are refused for other reasons this one is not left out.
      complain(error.kind == .taken ? "taken" : "refused", "a request was refused: \(error)")
      return if case .cameRound(let circle) = error { .loop(circle) } else { .error(error.description) }
    }
  }

  func answerAtOnce(_ request: RequestKind, _ response: Response) {
    desk.countAnswer(request)
    handleNow(.answered(response))
  }

  // MARK: Refusals

  /// The client lacks the right.
  func refuse(_ request: RequestKind) {
    let (rights, right) = (state.rights, request.right)
    desk.countRefusal(request, .rights)
    let isStranger = desk.federation != nil && listener.isTLS && peerNames.isEmpty
    guard certificate == nil, !isStranger, !right.isSubset(of: [.enroll, .report, .invite]) else {
      return refuseByFederation(right)
    }
    let who = peerNames.first.map { "the certificate of \($0)" } ?? "this connection"
    complain("right", "a request was refused: \(who) lacks the right '\(right)'")
    let text =
      "\(who) may not do this here: it has the rights '\(rights)' and needs '\(right)'; "
      + "ask the server's operator for --rights \(peerNames.first ?? "\(listener)")=\(rights.union(right))"
    handleNow(.answered(.error(text)))
  }

  /// Rights that only the federation gives.
  private func refuseByFederation(_ right: Rights) {
    let rights = state.rights
    let refusal: FederationRefusal =
      if desk.federation == nil {
        .none
      } else if let certificate {
        FederationRefusal(
          "the member \(certificate.identity.member) may not do this here: it has the rights '\(rights.intersection(.all))' and needs '\(right)'; "
            + "invite it again with 'headwater invite \(certificate.identity.member) --again --rights "
            + "\(rights.intersection(.all).union(right))'")
      } else {
        FederationRefusal("this is for members of the federation: join it first, with 'headwater join'")
      }
    complain("right", "a request was refused: \(refusal.reason)")
    handleNow(.answered(.error(refusal.reason)))
  }

  func refuseMalformed(_ request: RequestKind?, _ reason: String) {
    countRefusal(request, reason)
    handleNow(.answered(.error(reason)))
  }

  func countRefusal(_ request: RequestKind?, _ reason: String) {
    desk.countRefusal(request, .malformed)
    complain("malformed", "a request was refused: \(reason)")
  }

  func complain(_ kind: String, _ message: String, level: Logger.Level = .warning) {
    desk.complain(kind, message, level: level, peer: peer)
  }

  // MARK: Pages of exports

  func readPage() {
    guard let export else { return }
    desk.node.page(
      of: export.query.filter, from: export.cursor, for: client,
      answer: callback { session, outcome in session.takePage(outcome) })
  }

  private func takePage(_ outcome: Result<RowPage, NodeError>) {
    switch outcome {
    case .success(let page):
      export?.page = page
      handle(.pageRead)
    case .failure(let error):
      complain("refused", "an export was cut short: \(error)", level: .error)
      handle(.pageFailed(hasBegun: export?.hasBegun ?? false, .error(error.description)))
    }
  }

  /// The page is sent before the next one is asked for: it may be the one that the socket does not take.
  func writePage() {
    guard let isLast = export?.writePage(to: &out) else { return }
    flush()
    if isLast { export = nil }
    handle(.pageWritten(isLast: isLast))
  }

  // MARK: Long polls

  func answerPoll(_ ticket: SessionState.Ticket) {
    let found = poll?.found
    leavePoll()
    guard let found else { return }
    switch found.answer {
    case .success(let message):
      desk.countAnswer(.changes)
      handle(.replied(ticket, .encoded(message)))
    case .failure(let error):
      handle(.replied(ticket, .response(count(.changes, .failure(error)))))
    }
  }

  func leavePoll() {
    poll?.leave()
    poll = nil
  }
}

extension LookupAnswer {
  /// - Parameter guess: the level where it is not known; nil to leave it out.
  fileprivate init(_ answer: UpstreamAnswer, guess: Int?) {
    self.init(
      greatest: answer.greatest?.text, values: answer.values.map(\.text), hasMore: answer.hasMore,
      isComplete: answer.isComplete, level: answer.level ?? guess)
  }
}
