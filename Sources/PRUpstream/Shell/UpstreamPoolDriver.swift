// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRClient
import PRRevision
import PRWire

/// Carries out what ``UpstreamPool`` decides: connections, messages, timers. It lives on its event loop.
final class UpstreamPoolDriver {
  typealias Outcome = Result<UpstreamAnswer, UpstreamError>

  private var pool: UpstreamPool
  private let dialer: Dialer
  private let loop: any EventLoop
  private let options: UpstreamOptions
  private let tell: @Sendable (UpstreamEvent) -> Void
  private var connections: [UpstreamPool.ConnectionID: UpstreamConnection] = [:]
  private var timers: [UpstreamPool.Timer: Scheduled<Void>] = [:]
  private var callbacks: [UpstreamPool.RequestID: Callbacks] = [:]
  private var nextRequest: UpstreamPool.RequestID = 0
  /// Events that came while the actions of an earlier one were carried out.
  private var events = CircularBuffer<UpstreamPool.Event>()
  private var isHandling = false

  private struct Callbacks {
    let written: () -> Void
    let settled: (Outcome) -> Void
  }

  init(
    _ dialer: Dialer, _ options: UpstreamOptions, on loop: any EventLoop,
    tell: @escaping @Sendable (UpstreamEvent) -> Void
  ) {
    var dialer = dialer
    dialer.timeout = options.deadline
    dialer.asksForDescription = true
    self.dialer = dialer
    self.loop = loop
    self.options = options
    self.tell = tell
    pool = UpstreamPool(UpstreamPoolOptions(options, server: dialer.server), at: options.now())
  }

  var health: UpstreamHealth { pool.health }
  var availability: UpstreamAvailability { pool.availability }

  /// Connects before the first request, and keeps it so.
  func start() { handle(.start) }

  func stop() { handle(.stop) }

  /// - Parameters:
  ///   - written: called whenever the question is written to a connection.
  ///   - settled: called once.
  func ask(
    _ question: UpstreamQuestion, within time: Duration, via path: QuestionPath, written: @escaping () -> Void,
    settled: @escaping (Outcome) -> Void
  ) {
    nextRequest &+= 1
    callbacks[nextRequest] = Callbacks(written: written, settled: settled)
    handle(.ask(nextRequest, question, within: time, via: path))
  }

  /// The actions of an event are carried out to the end before the next event is handled: an action may cause an event at
  /// once, and the pool decides as if all of its actions had been carried out.
  private func handle(_ event: UpstreamPool.Event) {
    events.append(event)
    guard !isHandling else { return }
    isHandling = true
    defer { isHandling = false }
    while let event = events.popFirst() {
      for action in pool.handle(event, at: options.now(), jitter: options.jitter()) { perform(action) }
    }
  }

  private func perform(_ action: UpstreamPool.Action) {
    switch action {
    case .dial(let id): dial(id)
    case .close(let id): connections.removeValue(forKey: id)?.close()
    case .send(let request, let question, let id, let time, let path):
      callbacks[request]?.written()
      connections[id]?.ask(question, within: time, via: path).assumeIsolated().whenComplete { outcome in
        self.handle(.replied(id, request, outcome.mapError(self.upstreamError)))
      }
    case .probe(let question, let id, let time): probe(id, question, within: time)
    case .ping(let ping, let id):
      let asked = options.wall()
      connections[id]?.ping().assumeIsolated().whenComplete { outcome in
        if case .success(let news) = outcome, let time = news.time { self.compareClocks(time, asked: asked) }
        self.handle(.pinged(ping, outcome.mapError(self.upstreamError)))
      }
    case .start(let timer, let time):
      timers[timer] = loop.assumeIsolated().scheduleTask(in: TimeAmount(time)) {
        self.timers[timer] = nil
        self.handle(.fired(timer))
      }
    case .cancel(let timer): timers.removeValue(forKey: timer)?.cancel()
    case .settle(let request, let outcome): callbacks.removeValue(forKey: request)?.settled(outcome)
    case .tell(let event): tell(event)
    }
  }

  private func dial(_ id: UpstreamPool.ConnectionID) {
    let asked = options.wall()
    dialer.dial(on: loop).assumeIsolated().whenComplete { outcome in
      switch outcome {
      case .failure(let error): self.handle(.dialed(id, .failure(self.upstreamError(error))))
      case .success(let line):
        let connection = UpstreamConnection(line, server: self.dialer.server)
        self.connections[id] = connection
        self.compareClocks(line.description.time, asked: asked)
        self.handle(.dialed(id, .success(line.description)))
        line.channel.closeFuture.assumeIsolated().whenComplete { _ in
          self.handle(.closed(id, .connection(connection.failure)))
        }
      }
    }
  }

  /// - Parameter told: nil from a server that says nothing of its clock.
  private func compareClocks(_ told: Int64?, asked: Int64) {
    guard let told else { return tell(.clock(dialer.server, nil)) }
    guard let difference = ClockDifference(told: told, asked: asked, answered: options.wall()) else { return }
    tell(.clock(dialer.server, difference))
  }

  private func probe(_ id: UpstreamPool.ConnectionID, _ question: UpstreamQuestion?, within time: Duration) {
    guard let connection = connections[id] else { return }
    let path = QuestionPath.start.passing(options.ownStore)
    let reply =
      question.map { connection.ask($0, within: time, via: path).map { _ in } } ?? connection.ping().map { _ in }
    reply.assumeIsolated().whenComplete { outcome in
      switch outcome {
      case .success: self.handle(.probed(id, nil))
      case .failure(let error): self.handle(.probed(id, self.upstreamError(error)))
      }
    }
  }

  private func upstreamError(_ error: any Error) -> UpstreamError {
    error as? UpstreamError ?? .connection(error as? ClientError ?? .disconnected(dialer.server))
  }
}
