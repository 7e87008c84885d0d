// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Requests: which connection has them, what a reply or a failure means, and how they end.
extension UpstreamPool {
  /// With more requests than this under way on the least loaded connection, another connection is opened.
  private static let crowd = 32
  /// So many requests at most have a connection of their own.
  static let maximumIsolated = 4

  mutating func ask(
    _ id: RequestID, _ question: UpstreamQuestion, within time: Duration, via path: QuestionPath, _ step: inout Step
  ) {
    health.asked += 1
    if let reason = quarantine.reason(against: question, at: step.now) {
      health.failed += 1
      return step.act(.settle(id, .failure(.setAside(options.server, reason: reason))))
    }
    requests[id] = PendingRequest(question, within: time, via: path, at: step.now)
    guard breaker.isClosed else { return fail(id, absence, &step) }
    step.act(.start(.deadline(id), after: time))
    step.act(.start(.halfTime(id), after: time / 2))
    send(id, &step)
  }

  /// Writes a request to the connection with the fewest, or leaves it for the next one that opens.
  mutating func send(_ id: RequestID, _ step: inout Step) {
    guard let connection = connections.leastLoaded else {
      requests[id]?.state = .waiting
      return dial(&step)
    }
    requests[id]?.state = .sent(connection, at: step.now)
    let load = write(id, to: connection, &step)
    if load > Self.crowd, connections.servingCount < options.connections { dial(&step) }
  }

  /// - Returns: how many requests the connection has now.
  @discardableResult
  mutating func write(_ id: RequestID, to connection: ConnectionID, _ step: inout Step) -> Int {
    guard let request = requests[id] else { return 0 }
    step.act(.send(id, request.question, over: connection, within: request.remaining(at: step.now), via: request.path))
    return connections.write(id, request.question, to: connection)
  }

  // MARK: Replies

  mutating func replied(_ id: ConnectionID, _ request: RequestID, _ outcome: Outcome, _ step: inout Step) {
    guard let state = connections.state(of: id), let written = connections.remove(request, from: id),
      !written.isMoved
    else { return }
    switch outcome {
    case .success(let answer):
      take(answer, to: written, &step)
      takeBack(id, &step)
    case .failure(let error):
      switch Blame(of: error, isFirst: true, heardSince: true) {
      case .answer:
        refuse(request, error, &step)
        takeBack(id, &step)
      case _ where state == .isolated:
        raiseDoubt(error, by: written.question, &step)
        convict(written, error, &step)
      case .line(let isCertain):
        raiseDoubt(error, by: written.question, &step)
        giveUp(id, for: request, &step)
        if isCertain { convict(written, error, &step) } else { askAlone(written, error, &step) }
      case .question, .queue, .silence, .server:
        fail(request, error, &step)
        lose(error, asked: written.question, &step)
      }
    }
  }

  /// A request that has expired may be answered late. That, too, shows that the server answers it.
  private mutating func take(_ answer: UpstreamAnswer, to written: PooledConnection.Written, _ step: inout Step) {
    heardAt = step.now
    failedSinceLoss = 0
    quarantine.acquit(written.question)
    settle(written.request, .success(answer), &step)
  }

  private mutating func refuse(_ id: RequestID, _ error: UpstreamError, _ step: inout Step) {
    fail(id, error, &step)
    switch error {
    case .beyondLimit: return  // it was not sent, and the client gets the reason
    case .loop(let server, let circle): step.act(.tell(.looping(server, circle)))
    case .refused(let server, let words): step.act(.tell(.refusing(server, words)))
    default: step.act(.tell(.doubtful(options.server, reason: error.reason)))
    }
    heardAt = step.now
  }

  /// Asks a request once more, over a connection of its own: the server may have been restarted. When that connection ends
  /// too, the request is to blame.
  private mutating func askAlone(_ written: PooledConnection.Written, _ error: UpstreamError, _ step: inout Step) {
    accuse(written.question, error, isCertain: false, &step)
    guard requests[written.request] != nil else { return }
    guard connections.isolatedCount < Self.maximumIsolated else { return fail(written.request, error, &step) }
    let connection = open(.isolating(written.request), &step)
    requests[written.request]?.state = .isolating(connection)
  }

  private mutating func convict(_ written: PooledConnection.Written, _ error: UpstreamError, _ step: inout Step) {
    accuse(written.question, error, isCertain: true, &step)
    fail(written.request, error, &step)
  }

  // MARK: Time

  /// Half of a request's time is over. Replies keep their order, so the requests behind it move to another connection
  /// while there is time, and it keeps its own.
  mutating func overtake(_ id: RequestID, _ step: inout Step) {
    guard case .sent(let connection, _)? = requests[id]?.state else { return }
    let isPending = { (request: RequestID) in requests[request] != nil }
    for request in connections.overtake(id, on: connection, where: isPending) {
      requests[request]?.state = .waiting
      send(request, &step)
    }
  }

  mutating func expire(_ id: RequestID, _ step: inout Step) {
    guard let request = requests[id] else { return }
    let error = UpstreamError.timedOut(options.server, request.time)
    guard let sending = request.sending else {
      fail(id, error, &step)
      // It waited for a connection. Where there is a doubt, that ends by itself.
      if case .waiting = request.state, breaker.doubt == nil { lose(error, asked: request.question, &step) }
      return
    }
    let blame = Blame(
      of: error, isFirst: connections.isFirst(id, on: sending.connection), heardSince: heardAt > sending.at)
    fail(id, error, &step)
    guard blame != .queue else { return }
    if blame == .silence { raiseDoubt(error, by: request.question, &step) }
    giveUp(sending.connection, for: id, &step)
    accuse(request.question, error, isCertain: false, &step)
  }

  // MARK: The end of a request

  mutating func fail(_ id: RequestID, _ error: UpstreamError, _ step: inout Step) {
    guard settle(id, .failure(error), &step) else { return }
    health.failed += 1
    failedSinceLoss += 1
  }

  /// - Returns: false when it was settled before.
  @discardableResult
  private mutating func settle(_ id: RequestID, _ outcome: Outcome, _ step: inout Step) -> Bool {
    guard let request = requests.removeValue(forKey: id) else { return false }
    step.act(.cancel(.deadline(id)))
    step.act(.cancel(.halfTime(id)))
    step.act(.settle(id, outcome))
    if case .isolated(let connection, _) = request.state { close(connection, &step) }
    return true
  }
}
