// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRClient
import PRRevision
import PRWire

/// Why a server's presence is in doubt, until another question has shown it.
final class Doubt {
  let error: UpstreamError
  let question: UpstreamQuestion
  /// The questions that are to blame if the server is there.
  var accused: [(question: PendingQuestion, error: UpstreamError, isCertain: Bool)] = []
  var clock: Scheduled<Void>?

  init(_ error: UpstreamError, by question: UpstreamQuestion) {
    self.error = error
    self.question = question
  }
}

/// Whether the server is there. A question that was in trouble is never asked for that: a question of the same kind about
/// a package that does not exist is.
extension Peer {
  /// For so long at most other questions wait where no connection is left.
  private var longestDoubt: Duration { max(options.deadline / 4, min(options.deadline, .milliseconds(250))) }

  // MARK: Doubts

  func raiseDoubt(_ error: UpstreamError, by question: PendingQuestion) {
    guard isPresent, doubt == nil else { return }
    let doubt = Doubt(error, by: question.question)
    self.doubt = doubt
    doubt.clock = loop.assumeIsolated().scheduleTask(in: TimeAmount(longestDoubt)) { self.confirm(doubt) }
    dialer.dial(on: loop).assumeIsolated().whenComplete { outcome in
      switch outcome {
      case .success(let connected) where self.doubt !== doubt: connected.channel.close(promise: nil)
      case .success(let connected) where self.isOwn(connected):
        connected.channel.close(promise: nil)
        self.lose(.ownStore(self.dialer.server))
      case .success(let connected): self.examine(OpenLine(connected, server: self.dialer.server), doubt)
      case .failure(let error): if self.doubt === doubt { self.lose(self.upstreamError(error)) }
      }
    }
  }

  private func examine(_ line: OpenLine, _ doubt: Doubt) {
    line.ask(doubt.question.probe, within: longestDoubt).assumeIsolated().whenComplete { outcome in
      guard self.doubt === doubt else { return line.close() }
      if case .failure(let error) = outcome, !self.upstreamError(error).isAboutAnswer {
        line.close()
        return self.confirm(doubt)
      }
      self.heard()
      self.end(doubt)
      for accused in doubt.accused { self.accuse(accused.question, accused.error, isCertain: accused.isCertain) }
      self.take(line)
    }
  }

  /// The server is away, and no question is to blame.
  private func confirm(_ doubt: Doubt) {
    guard self.doubt === doubt else { return }
    lose(doubt.error, asked: doubt.question)
  }

  private func end(_ doubt: Doubt) {
    doubt.clock?.cancel()
    self.doubt = nil
  }

  /// A question may be to blame for what happened to its connection.
  func accuse(_ question: PendingQuestion, _ error: UpstreamError, isCertain: Bool) {
    if let doubt {
      doubt.accused.append((question, error, isCertain))
      return
    }
    guard isPresent,
      let pause = quarantine.strike(question.question, reason: error.reason, isCertain: isCertain, at: .now)
    else { return }
    tell(.setAside(dialer.server, question: question.question.subject, reason: error.reason, for: pause))
  }

  // MARK: Absence

  /// - Parameter question: which question showed it.
  func lose(_ error: UpstreamError, asked question: UpstreamQuestion? = nil) {
    // What is left over from connections that were given up tells nothing new.
    guard isPresent else { return }
    if let doubt { end(doubt) }
    trouble = question?.probe
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

  private func probe() {
    guard !isStopped, breaker.probe() else { return }
    dialer.dial(on: loop).assumeIsolated().whenComplete { outcome in
      switch outcome {
      case .failure(let error): self.stayAway(self.upstreamError(error))
      case .success(let connected) where self.isOwn(connected):
        connected.channel.close(promise: nil)
        self.stayAway(.ownStore(self.dialer.server))
      case .success(let connected): self.probe(over: OpenLine(connected, server: self.dialer.server))
      }
    }
  }

  private func probe(over line: OpenLine) {
    let (server, deadline) = (dialer.server, options.deadline)
    let answered = loop.makePromise(of: Void.self)
    let clock = loop.scheduleTask(in: TimeAmount(deadline)) {
      answered.fail(UpstreamError.timedOut(server, deadline))
    }
    if let trouble {
      line.ask(trouble, within: deadline).map { _ in }.cascade(to: answered)
    } else {
      line.ping().cascade(to: answered)
    }
    answered.futureResult.assumeIsolated().whenComplete { outcome in
      clock.cancel()
      if case .failure(let error) = outcome, !self.upstreamError(error).isAboutAnswer {
        line.close()
        return self.stayAway(self.upstreamError(error))
      }
      self.welcome(line)
    }
  }

  private func welcome(_ line: OpenLine) {
    guard !isStopped else { return line.close() }
    let away = health.since.map { ContinuousClock.now - $0 } ?? .zero
    breaker.succeeded()
    trouble = nil
    health.problem = nil
    health.since = .now
    tell(.back(dialer.server, after: away, failedQuestions: failedSinceLoss))
    welcomed()
    heard()
    take(line)
  }
}

extension UpstreamError {
  /// Without the server's name, which those who are told know.
  var reason: String {
    switch self {
    case .away(_, let reason): reason
    case .timedOut(_, let time): "no answer within \(time.roundedSeconds)"
    case .nonsense(_, let nonsense): "it sent \(nonsense.rawValue)"
    default: description
    }
  }
}
