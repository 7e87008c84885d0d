// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Whether the server is there: doubts, losses and probes.
extension UpstreamPool {
  // MARK: Doubts

  mutating func raiseDoubt(_ error: UpstreamError, by question: UpstreamQuestion, _ step: inout Step) {
    guard case .closed = breaker.state else { return }
    step.act(.start(.doubt, after: options.maximumDoubt))
    let doubt = Breaker.Doubt(error: error, question: question, connection: open(.examining, &step))
    _ = breaker.raise(doubt)
  }

  /// The server is away, and no request is to blame.
  mutating func confirmDoubt(_ step: inout Step) {
    guard let doubt = breaker.doubt else { return }
    lose(doubt.error, asked: doubt.question, &step)
  }

  /// A request may be to blame for what happened to its connection. While there is a doubt, the server may be.
  mutating func accuse(_ question: UpstreamQuestion, _ error: UpstreamError, isCertain: Bool, _ step: inout Step) {
    guard !breaker.keep(Breaker.Accusation(question: question, error: error, isCertain: isCertain)), breaker.isClosed,
      let pause = quarantine.strike(question, reason: error.reason, isCertain: isCertain, at: step.now)
    else { return }
    step.act(.tell(.setAside(options.server, question: question.subject, reason: error.reason, for: pause)))
  }

  /// - Parameter error: nil where the server has answered. A refusal is an answer, too.
  mutating func probed(_ id: ConnectionID, _ error: UpstreamError?, _ step: inout Step) {
    let error = error?.isAboutAnswer == true ? nil : error
    switch connections.state(of: id) {
    case .examining:
      guard error == nil else {
        close(id, &step)
        return confirmDoubt(&step)
      }
      heardAt = step.now
      step.act(.cancel(.doubt))
      for accusation in breaker.endDoubt() {
        accuse(accusation.question, accusation.error, isCertain: accusation.isCertain, &step)
      }
      serve(id, &step)
    case .probing:
      step.act(.cancel(.probeReply))
      guard let error else { return welcome(id, &step) }
      close(id, &step)
      stayAway(error, &step)
    case .dialing, .serving, .overtaken, .isolated, nil: break
    }
  }

  // MARK: Absence

  /// - Parameter question: what showed it.
  mutating func lose(_ error: UpstreamError, asked question: UpstreamQuestion? = nil, _ step: inout Step) {
    // What is left over from connections that were given up tells nothing new.
    guard breaker.isClosed else { return }
    if breaker.doubt != nil { step.act(.cancel(.doubt)) }
    let pause = breaker.open(probing: question?.probe, jitter: step.jitter)
    health.since = step.now
    health.problem = error.reason
    step.act(.tell(.lost(options.server, reason: error.reason)))
    if let pause { step.act(.start(.probe, after: pause)) }
    abandon(absence, &step)
  }

  mutating func stayAway(_ error: UpstreamError, _ step: inout Step) {
    guard let pause = breaker.failProbe(jitter: step.jitter) else { return }
    if error.reason != health.problem { step.act(.tell(.stillAway(options.server, reason: error.reason))) }
    health.problem = error.reason
    step.act(.start(.probe, after: pause))
  }

  mutating func probe(_ step: inout Step) {
    guard case .open = breaker.state else { return }
    _ = breaker.beginProbe(on: open(.probing, &step))
  }

  private mutating func welcome(_ id: ConnectionID, _ step: inout Step) {
    breaker.close()
    let away = health.since.map { $0.duration(to: step.now) } ?? .zero
    health.problem = nil
    health.since = step.now
    step.act(.tell(.back(options.server, after: away, failedQuestions: failedSinceLoss)))
    failedSinceLoss = 0
    heardAt = step.now
    serve(id, &step)
  }
}
