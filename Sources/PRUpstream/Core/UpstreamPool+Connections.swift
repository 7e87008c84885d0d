// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// Connections: when one is opened, what it is used for, and when it is closed.
extension UpstreamPool {
  /// A connection that ended sooner was not wanted.
  private static let shortLife = Duration.seconds(1)

  /// Opens a connection for requests, unless one is being opened.
  mutating func dial(_ step: inout Step) {
    // While there is a doubt, the connection that ends it is used.
    guard case .closed = breaker.state, !connections.isDialing else { return }
    _ = open(.serving, &step)
  }

  mutating func dialed(_ id: ConnectionID, _ outcome: Result<PeerDescription, UpstreamError>, _ step: inout Step) {
    guard case .dialing(let purpose)? = connections.state(of: id) else { return }
    switch outcome {
    case .failure(let error):
      connections.remove(id)
      failed(purpose, id, error, &step)
    case .success(let description):
      connections.open(id, description, at: step.now)
      guard isWanted(purpose, id) else { return close(id, &step) }
      // A node that asked itself would take its own values for its upstream's, a level deeper each time.
      let isOwn = description.store.map { $0 == options.ownStore } ?? false
      guard !isOwn || purpose.mayBeOwn else {
        close(id, &step)
        return failed(purpose, id, .ownStore(options.server), isOwn: true, &step)
      }
      use(id, for: purpose, &step)
    }
  }

  private func isWanted(_ purpose: PooledConnection.Purpose, _ id: ConnectionID) -> Bool {
    switch purpose {
    case .serving: breaker.isClosed
    case .isolating(let request): requests[request] != nil
    case .examining: breaker.doubt?.connection == id
    case .probing: breaker.probe == id
    }
  }

  private mutating func use(_ id: ConnectionID, for purpose: PooledConnection.Purpose, _ step: inout Step) {
    switch purpose {
    case .serving: serve(id, &step)
    case .isolating(let request):
      connections.set(id, .isolated)
      requests[request]?.state = .isolated(id, at: step.now)
      write(request, to: id, &step)
    case .examining:
      connections.set(id, .examining)
      step.act(.probe(breaker.doubt?.question.probe, over: id, within: options.maximumDoubt))
    case .probing:
      connections.set(id, .probing)
      step.act(.start(.probeReply, after: options.deadline))
      step.act(.probe(breaker.outage?.probe, over: id, within: options.deadline))
    }
  }

  /// No connection came of it, or one that is of no use.
  private mutating func failed(
    _ purpose: PooledConnection.Purpose, _ id: ConnectionID, _ error: UpstreamError, isOwn: Bool = false,
    _ step: inout Step
  ) {
    switch purpose {
    case .serving:
      // One connection more is no need; those that serve do.
      if isOwn || connections.servingCount == 0 { lose(error, &step) } else { sendWaiting(&step) }
    case .isolating(let request):
      fail(request, error, &step)
      lose(error, &step)
    case .examining: if breaker.doubt?.connection == id { lose(error, &step) }
    case .probing: if breaker.probe == id { stayAway(error, &step) }
    }
  }

  /// From now on requests are written to it, first those that wait. It is closed where enough connections serve: each doubt
  /// opens one, and a question that ends connections can raise many doubts.
  mutating func serve(_ id: ConnectionID, _ step: inout Step) {
    guard breaker.isClosed else { return close(id, &step) }
    if health.since == nil { health.since = step.now }
    if let description = connections[id]?.description {
      health.description = description
      step.act(.tell(.greeted(options.server, description)))
    }
    if connections.servingCount < options.connections { connections.serve(id) } else { close(id, &step) }
    sendWaiting(&step)
  }

  private mutating func sendWaiting(_ step: inout Step) {
    for request in requests.keys.sorted() where requests[request]?.state == .waiting { send(request, &step) }
  }

  /// A connection whose slow request was overtaken is as good as any other once it has answered.
  mutating func takeBack(_ id: ConnectionID, _ step: inout Step) {
    guard connections.state(of: id) == .overtaken else { return }
    guard connections.servingCount < options.connections, breaker.isClosed else { return close(id, &step) }
    connections.serve(id)
  }

  /// Gives up a connection. The requests behind the one that is to blame go to another.
  mutating func giveUp(_ id: ConnectionID, for culprit: RequestID, _ step: inout Step) {
    guard let connection = connections[id] else { return }
    close(id, &step)
    let own = connection.written.filter { !$0.isMoved && requests[$0.request] != nil }.map(\.request)
    for request in own + [culprit] { requests[request]?.state = .waiting }
    for request in own where request != culprit { send(request, &step) }
  }

  mutating func close(_ id: ConnectionID, _ step: inout Step) {
    guard connections.remove(id) != nil else { return }
    step.act(.close(id))
  }

  /// The end of a connection fails what it carries, the first request first. One that carries nothing is replaced.
  mutating func closed(_ id: ConnectionID, _ error: UpstreamError, _ step: inout Step) {
    while let first = connections[id]?.written.first {
      replied(id, first.request, .failure(error), &step)
    }
    switch connections.state(of: id) {
    case .examining, .probing: probed(id, error, &step)
    case .serving:
      let isShort = connections[id].map { $0.openedAt.duration(to: step.now) < Self.shortLife } ?? false
      close(id, &step)
      if isShort { lose(error, &step) } else if connections.servingCount == 0 { dial(&step) }
    case .overtaken, .isolated: close(id, &step)
    case .dialing, nil: break
    }
  }

  // MARK: Keeping them alive

  /// A connection with requests under way shows by their answers whether it works: there a ping only brings news, and may
  /// be late.
  mutating func pingConnections(_ step: inout Step) {
    guard !breaker.isStopped else { return }
    step.act(.start(.keepAlive, after: options.keepAlive))
    for connection in connections.serving {
      let ping = newPing()
      if connection.written.isEmpty { step.act(.start(.ping(ping), after: options.deadline)) }
      step.act(.ping(ping, over: connection.id))
    }
  }

  mutating func pinged(_ ping: PingID, _ outcome: Result<NodeNews, UpstreamError>, _ step: inout Step) {
    step.act(.cancel(.ping(ping)))
    switch outcome {
    case .success(let news):
      heardAt = step.now
      step.act(.tell(.rival(options.server, news.rival)))
    // The end of a connection is an event of its own.
    case .failure(.connection): break
    case .failure(let error): lose(error, &step)
    }
  }
}

extension PooledConnection.Purpose {
  /// A request alone goes to the server that it went to before, which was not the node itself.
  fileprivate var mayBeOwn: Bool { if case .isolating = self { true } else { false } }
}
