// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRClient
import PRRevision
import PRWire

/// One upstream: its connections, and whether it is worth asking. It lives on its event loop.
final class Peer {
  private let dialer: Dialer
  private let options: UpstreamOptions
  private let loop: any EventLoop
  private let tell: @Sendable (UpstreamEvent) -> Void
  private var breaker = Breaker()
  private var lines: [OpenLine] = []
  private var pending: [ObjectIdentifier: PendingQuestion] = [:]
  private var isDialing = false
  private var isStopped = false
  private var keepAlive: RepeatedTask?
  private var failedSinceLoss = 0
  /// What it was asked when it was lost. A server may answer pings and no questions: it is back when it answers this.
  private var unanswered: UpstreamQuestion?
  private(set) var health: UpstreamHealth

  /// With so many questions under way on each connection another one is opened.
  private static let crowd = 32
  /// A connection that ended sooner was not wanted.
  private static let shortLife = TimeAmount.seconds(1)

  init(
    _ dialer: Dialer, _ options: UpstreamOptions, on loop: any EventLoop,
    tell: @escaping @Sendable (UpstreamEvent) -> Void
  ) {
    var dialer = dialer
    dialer.timeout = options.deadline
    dialer.asksForDescription = true
    self.dialer = dialer
    self.options = options
    self.loop = loop
    self.tell = tell
    health = UpstreamHealth(server: dialer.server)
  }

  var isPresent: Bool { breaker.isClosed && !isStopped }

  /// Why it is not asked.
  var absence: UpstreamError {
    isStopped ? .stopped : .away(dialer.server, reason: health.problem ?? "it was not reached yet")
  }

  /// Connects before anybody asks, and keeps it so.
  func warmUp() {
    dial()
    let every = TimeAmount(options.keepAlive)
    let peer = NIOLoopBound(self, eventLoop: loop)
    keepAlive = loop.scheduleRepeatedTask(initialDelay: every, delay: every) { _ in peer.value.tryLines() }
  }

  func stop() {
    isStopped = true
    keepAlive?.cancel()
    abandon(.stopped)
  }

  // MARK: Asking

  /// - Parameter left: called whenever the question is written to a connection.
  func ask(
    _ question: UpstreamQuestion, within time: Duration, left: @escaping () -> Void
  ) -> EventLoopFuture<UpstreamAnswer> {
    health.asked += 1
    let question = PendingQuestion(question, within: time, left: left, on: loop)
    pending[ObjectIdentifier(question)] = question
    let clock = loop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { self.expire(question, after: time) }
    question.answer.assumeIsolated().whenComplete { _ in
      clock.cancel()
      self.pending[ObjectIdentifier(question)] = nil
    }
    send(question)
    return question.answer
  }

  private func send(_ question: PendingQuestion) {
    guard let line = lines.min(by: { $0.underWay < $1.underWay }) else {
      question.line = nil
      return dial()
    }
    question.line = line
    question.sentAt = .now()
    question.left()
    line.ask(question.question, within: question.remaining).assumeIsolated().whenComplete { outcome in
      self.land(question, outcome)
    }
    if line.underWay > Self.crowd, lines.count < options.connections { dial() }
  }

  private func land(_ question: PendingQuestion, _ outcome: Result<UpstreamAnswer, any Error>) {
    switch outcome {
    case .success(let answer):
      failedSinceLoss = 0
      question.settle(.success(answer))
    case .failure(let error as UpstreamError):
      fail(question, error)
      if error.isAboutQuestion { complain(error) } else { lose(error, asked: question.question) }
    case .failure(let error):
      lines.removeAll { $0 === question.line }
      question.triesLeft -= 1
      if !question.isSettled, question.triesLeft > 0, isPresent { return send(question) }
      let error = UpstreamError.connection(error as? ClientError ?? .disconnected(dialer.server))
      fail(question, error)
      lose(error, asked: question.question)
    }
  }

  private func complain(_ error: UpstreamError) {
    if case .refused(let server, let words) = error { return tell(.refusing(server, words)) }
    tell(.doubtful(dialer.server, reason: error.reason))
  }

  private func expire(_ question: PendingQuestion, after time: Duration) {
    guard !question.isSettled else { return }
    let error = UpstreamError.timedOut(dialer.server, time)
    fail(question, error)
    // A server that goes on answering others is slow, not away.
    if let line = question.line, line.heardAt > question.sentAt { return }
    lose(error, asked: question.question)
  }

  private func fail(_ question: PendingQuestion, _ error: UpstreamError) {
    guard question.settle(.failure(error)) else { return }
    health.failed += 1
    failedSinceLoss += 1
  }

  // MARK: Connections

  private func dial() {
    guard !isDialing, isPresent else { return }
    isDialing = true
    dialer.dial(on: loop).assumeIsolated().whenComplete { outcome in
      self.isDialing = false
      switch outcome {
      case .success(let line) where self.isOwn(line):
        line.channel.close(promise: nil)
        self.lose(.ownStore(self.dialer.server))
      case .success(let line): self.take(line)
      // One connection more would have been welcome; those that are there do.
      case .failure where !self.lines.isEmpty: break
      case .failure(let error): self.lose(.connection(error as? ClientError ?? .disconnected(self.dialer.server)))
      }
    }
  }

  /// A node that asked itself would take its own values for its upstream's, a level deeper each time.
  private func isOwn(_ line: Dialer.Line) -> Bool {
    line.description.store.map { $0 == options.ownStore } ?? false
  }

  private func take(_ connected: Dialer.Line) {
    let line = OpenLine(connected, server: dialer.server)
    guard isPresent else { return line.close() }
    lines.append(line)
    line.channel.closeFuture.assumeIsolated().whenComplete { _ in self.missLine(line) }
    if health.since == nil { health.since = .now }
    health.description = line.description
    tell(.greeted(dialer.server, line.description))
    for question in pending.values where question.line == nil && !question.isSettled { send(question) }
  }

  private func missLine(_ line: OpenLine) {
    let wasKnown = lines.contains { $0 === line }
    lines.removeAll { $0 === line }
    guard wasKnown, isPresent else { return }
    if NIODeadline.now() - line.openedAt < Self.shortLife {
      lose(.connection(line.failure))
    } else if lines.isEmpty {
      dial()
    }
  }

  /// One with questions under way shows by their answers whether it works: its ping only brings news, and may be late.
  private func tryLines() {
    for line in lines { ping(line, isTimed: line.underWay == 0) }
  }

  private func ping(_ line: OpenLine, isTimed: Bool) {
    let clock =
      !isTimed
      ? nil
      : loop.assumeIsolated().scheduleTask(in: TimeAmount(options.deadline)) {
        self.lose(.timedOut(self.dialer.server, self.options.deadline))
      }
    line.ping().assumeIsolated().whenComplete { outcome in
      clock?.cancel()
      switch outcome {
      case .success(let rival): self.tell(.rival(self.dialer.server, rival))
      case .failure(let error as UpstreamError): self.lose(error)
      // An end of the connection is noticed where it ends.
      case .failure: break
      }
    }
  }

  // MARK: Absence

  /// - Parameter question: which question showed it.
  private func lose(_ error: UpstreamError, asked question: UpstreamQuestion? = nil) {
    // What is left over from connections that were given up tells nothing new.
    guard isPresent else { return }
    unanswered = question
    health.since = .now
    tell(.lost(dialer.server, reason: error.reason))
    planProbe(after: error)
    abandon(absence)
  }

  private func stayAway(_ error: UpstreamError) {
    guard !isStopped else { return }
    if error.reason != health.problem { tell(.stillAway(dialer.server, reason: error.reason)) }
    planProbe(after: error)
  }

  private func planProbe(after error: UpstreamError) {
    health.problem = error.reason
    guard let pause = breaker.failed(luck: .random(in: 0..<1)) else { return }
    loop.assumeIsolated().scheduleTask(in: TimeAmount(pause)) { self.probe() }
  }

  /// Fails what is under way, and closes the connections.
  private func abandon(_ error: UpstreamError) {
    for question in pending.values { fail(question, error) }
    let abandoned = lines
    lines = []
    for line in abandoned { line.close() }
  }

  private func probe() {
    guard !isStopped, breaker.probe() else { return }
    dialer.dial(on: loop).assumeIsolated().whenComplete { outcome in
      switch outcome {
      case .failure(let error):
        self.stayAway(.connection(error as? ClientError ?? .disconnected(self.dialer.server)))
      case .success(let connected) where self.isOwn(connected):
        connected.channel.close(promise: nil)
        self.stayAway(.ownStore(self.dialer.server))
      case .success(let connected): self.probe(over: connected)
      }
    }
  }

  private func probe(over connected: Dialer.Line) {
    let line = OpenLine(connected, server: dialer.server)
    let server = dialer.server
    let deadline = options.deadline
    let answered = loop.makePromise(of: Void.self)
    let clock = loop.scheduleTask(in: TimeAmount(deadline)) {
      answered.fail(UpstreamError.timedOut(server, deadline))
    }
    if let unanswered {
      line.ask(unanswered, within: deadline).map { _ in }.cascade(to: answered)
    } else {
      line.ping().map { _ in }.cascade(to: answered)
    }
    answered.futureResult.assumeIsolated().whenComplete { outcome in
      clock.cancel()
      switch outcome {
      case .success: self.welcome(connected)
      case .failure(let error as UpstreamError) where error.isAboutQuestion: self.welcome(connected)
      case .failure(let error):
        connected.channel.close(promise: nil)
        self.stayAway(
          error as? UpstreamError ?? .connection(error as? ClientError ?? .disconnected(server)))
      }
    }
  }

  private func welcome(_ connected: Dialer.Line) {
    guard !isStopped else { return connected.channel.close(promise: nil) }
    let away = health.since.map { ContinuousClock.now - $0 } ?? .zero
    breaker.succeeded()
    unanswered = nil
    health.problem = nil
    health.since = .now
    tell(.back(dialer.server, after: away, failedQuestions: failedSinceLoss))
    failedSinceLoss = 0
    take(connected)
  }
}

extension UpstreamError {
  /// Without the server's name, which those who are told know.
  fileprivate var reason: String {
    switch self {
    case .away(_, let reason): reason
    case .timedOut(_, let time): "no answer within \(time.roundedSeconds)"
    case .nonsense(_, let nonsense): "it sent \(nonsense.rawValue)"
    default: description
    }
  }
}
