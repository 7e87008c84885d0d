// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRClient
import PRRevision
import PRWire

/// One upstream: its connections, and whether it is worth asking. It lives on its event loop.
///
/// This file has the questions; `Peer+Lines.swift` has the connections, `Peer+Absence.swift` the doubts and the probes.
final class Peer {
  let dialer: Dialer
  let options: UpstreamOptions
  let loop: any EventLoop
  let tell: @Sendable (UpstreamEvent) -> Void
  var breaker = Breaker()
  var quarantine = Quarantine()
  var lines: [OpenLine] = []
  private(set) var pending: [ObjectIdentifier: PendingQuestion] = [:]
  var isDialing = false
  private(set) var isStopped = false
  private var keepAlive: RepeatedTask?
  private(set) var failedSinceLoss = 0
  /// A question has failed in a way that may be the server's end. Another question finds out.
  var doubt: Doubt?
  /// The kind of question that showed the loss. A server may answer pings and no questions: it is back when it answers
  /// one of that kind.
  var trouble: UpstreamQuestion?
  /// When the server last answered anything.
  private(set) var heardAt = NIODeadline.now()
  private var suspects = 0
  var health: UpstreamHealth

  /// With so many questions under way on each connection another one is opened.
  private static let crowd = 32
  /// So many questions are asked over connections of their own at a time.
  private static let mostSuspects = 4

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

  var availability: UpstreamAvailability {
    UpstreamAvailability(server: dialer.server, absence: isPresent ? nil : absence)
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
    if let reason = quarantine.reason(against: question, at: .now) {
      health.failed += 1
      return loop.makeFailedFuture(UpstreamError.setAside(dialer.server, reason: reason))
    }
    let question = PendingQuestion(question, within: time, left: left, on: loop)
    pending[ObjectIdentifier(question)] = question
    let clock = loop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { self.expire(question, after: time) }
    let halfTime = loop.assumeIsolated().scheduleTask(in: TimeAmount(time / 2)) { self.overtake(question) }
    question.answer.assumeIsolated().whenComplete { _ in
      clock.cancel()
      halfTime.cancel()
      self.pending[ObjectIdentifier(question)] = nil
    }
    send(question)
    return question.answer
  }

  func send(_ question: PendingQuestion) {
    guard let line = lines.min(by: { $0.open.count < $1.open.count }) else {
      question.line = nil
      return dial()
    }
    line.ask(question).assumeIsolated().whenComplete { outcome in self.land(question, on: line, outcome) }
    if line.open.count > Self.crowd, lines.count < options.connections { dial() }
  }

  private func land(_ question: PendingQuestion, on line: OpenLine, _ outcome: Result<UpstreamAnswer, any Error>) {
    // The line was given up before: what becomes of it says nothing about this question.
    guard question.line === line else { return }
    switch outcome {
    case .success(let answer):
      take(answer, to: question)
      takeBack(line)
    case .failure(let error):
      let error = upstreamError(error)
      switch Blame(of: error, isFirst: true, heardSince: true) {
      case .answer: refuse(question, error)
      case .line(let isCertain):
        raiseDoubt(error, by: question)
        giveUp(line, for: question)
        if isCertain { convict(question, error) } else { askAlone(question, error) }
      case .question, .queue, .silence, .server:
        fail(question, error)
        lose(error, asked: question.question)
      }
    }
  }

  private func take(_ answer: UpstreamAnswer, to question: PendingQuestion) {
    heard()
    failedSinceLoss = 0
    quarantine.acquit(question.question)
    question.settle(.success(answer))
  }

  private func refuse(_ question: PendingQuestion, _ error: UpstreamError) {
    fail(question, error)
    switch error {
    case .beyondLimit: return  // it was not sent, and the client is told
    case .refused(let server, let words): tell(.refusing(server, words))
    default: tell(.doubtful(dialer.server, reason: error.reason))
    }
    heard()
  }

  /// Half of a question's time is over. Replies keep their order, so the questions behind it are asked over another line
  /// while there is time, and it keeps its own.
  private func overtake(_ question: PendingQuestion) {
    guard let line = question.line, line.open.first === question, line.open.count > 1,
      lines.contains(where: { $0 === line })
    else { return }
    lines.removeAll { $0 === line }
    for question in line.open.dropFirst() where !question.isSettled {
      question.line = nil
      send(question)
    }
  }

  /// A line whose slow question was overtaken is as good as any other once it has answered.
  private func takeBack(_ line: OpenLine) {
    guard !lines.contains(where: { $0 === line }) else { return }
    if line.channel.isActive, lines.count < options.connections, isPresent {
      lines.append(line)
    } else {
      line.close()
    }
  }

  /// Gives up a line. The questions behind the one that is to blame are asked over another.
  private func giveUp(_ line: OpenLine, for culprit: PendingQuestion) {
    lines.removeAll { $0 === line }
    let others = line.open.filter { $0 !== culprit && !$0.isSettled }
    for question in others + [culprit] { question.line = nil }
    line.close()
    for question in others { send(question) }
  }

  /// Asks a question once more, over a connection of its own: it is only asked, and the server may have been restarted.
  /// When that connection ends too, the question is to blame.
  private func askAlone(_ question: PendingQuestion, _ error: UpstreamError) {
    accuse(question, error, isCertain: false)
    guard !question.isSettled, isPresent else { return }
    guard suspects < Self.mostSuspects else { return fail(question, error) }
    question.isSuspect = true
    suspects += 1
    dialer.dial(on: loop).assumeIsolated().whenComplete { outcome in
      switch outcome {
      case .failure(let error):
        self.suspects -= 1
        self.fail(question, self.upstreamError(error))
        self.lose(self.upstreamError(error))
      case .success(let connected): self.ask(question, over: connected)
      }
    }
  }

  private func ask(_ question: PendingQuestion, over connected: Dialer.Line) {
    let line = OpenLine(connected, server: dialer.server)
    question.answer.assumeIsolated().whenComplete { _ in line.close() }
    line.ask(question).assumeIsolated().whenComplete { outcome in
      self.suspects -= 1
      guard !question.isSettled else { return }
      switch outcome {
      case .success(let answer): self.take(answer, to: question)
      case .failure(let error):
        let error = self.upstreamError(error)
        if error.isAboutAnswer { return self.refuse(question, error) }
        self.raiseDoubt(error, by: question)
        self.convict(question, error)
      }
    }
  }

  private func convict(_ question: PendingQuestion, _ error: UpstreamError) {
    accuse(question, error, isCertain: true)
    fail(question, error)
  }

  private func expire(_ question: PendingQuestion, after time: Duration) {
    guard !question.isSettled else { return }
    let error = UpstreamError.timedOut(dialer.server, time)
    let line = question.line
    let blame = Blame(
      of: error, isFirst: line?.open.first === question, heardSince: heardAt > question.sentAt)
    fail(question, error)
    guard let line else {
      // It waited for a connection. Where there is a doubt, that ends by itself.
      if doubt == nil, !question.isSuspect { lose(error, asked: question.question) }
      return
    }
    guard blame != .queue else { return }
    if blame == .silence { raiseDoubt(error, by: question) }
    giveUp(line, for: question)
    accuse(question, error, isCertain: false)
  }

  func fail(_ question: PendingQuestion, _ error: UpstreamError) {
    guard question.settle(.failure(error)) else { return }
    health.failed += 1
    failedSinceLoss += 1
  }

  func heard() { heardAt = .now() }

  func welcomed() { failedSinceLoss = 0 }

  func upstreamError(_ error: any Error) -> UpstreamError {
    error as? UpstreamError ?? .connection(error as? ClientError ?? .disconnected(dialer.server))
  }

  /// Fails what is under way, and closes the connections.
  func abandon(_ error: UpstreamError) {
    for question in pending.values { fail(question, error) }
    let abandoned = lines
    lines = []
    for line in abandoned { line.close() }
  }
}
