// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Decides for all questions to the upstreams: which of them are sent, to which upstream, and which waiter gets which
/// outcome.
///
/// A question is in one of three states; the events that change them are those of ``Event``:
///
/// - unknown: no waiter waits for it. → open
/// - open: an upstream has the question, and it was not written to a connection. New waiters share its outcome.
///   → written, unknown
/// - written: new waiters wait until it is settled; then it is sent again for all of them. → open, unknown
///
/// A failure of one upstream is no event of the question as long as ``Failover`` names another upstream.
struct UpstreamRouter {
  typealias Instant = ContinuousClock.Instant
  typealias Waiter = RequestCoalescer<UpstreamQuestion>.Asker
  typealias Outcome = Result<UpstreamAnswer, UpstreamError>

  enum Event: Sendable {
    /// - `within`: how long the waiter waits. The caller chooses numbers of waiters that differ.
    /// - `via`: the way that the question has come. The first of the waiters that share an outcome gives theirs.
    case ask(Waiter, UpstreamQuestion, within: Duration, via: QuestionPath = .start)
    /// The timer of a waiter has fired.
    case timeIsUp(Waiter)
    /// The question was written to a connection; once more for each retry.
    case written(UpstreamQuestion)
    /// The upstream that was asked last has answered or failed.
    case settled(UpstreamQuestion, Outcome)
  }

  enum Action: Hashable, Sendable {
    /// Puts the question to an upstream. Exactly one `settled` follows.
    case send(UpstreamQuestion, to: Int, within: Duration, via: QuestionPath = .start)
    case answer(Waiter, Outcome)
    case startTimer(Waiter, after: Duration)
    case cancelTimer(Waiter)
  }

  private let deadline: Duration
  private var coalescer = RequestCoalescer<UpstreamQuestion>()
  private var courses: [UpstreamQuestion: Course] = [:]
  private var waiters: [Waiter: PendingAnswer] = [:]

  private struct Course {
    var failover: Failover
    let path: QuestionPath
  }

  private struct PendingAnswer {
    let question: UpstreamQuestion
    let path: QuestionPath
    let time: Duration
    /// When the time is up.
    let deadline: Instant
    /// A timer runs. The waiter may have less time than the question, or has waited for an earlier one to be settled.
    var isTimed: Bool
  }

  /// - Parameter deadline: how long a question runs, over all upstreams.
  init(deadline: Duration) { self.deadline = deadline }

  /// - Parameter upstreams: all of them, in order of preference; their number does not change.
  mutating func handle(_ event: Event, upstreams: [UpstreamAvailability], at now: Instant) -> [Action] {
    switch event {
    case .ask(let waiter, let question, let time, let path):
      return admit(waiter, question, within: time, via: path, upstreams, at: now)
    case .timeIsUp(let waiter): return giveUp(waiter, upstreams)
    case .written(let question):
      coalescer.left(question)
      return []
    case .settled(let question, .success(let answer)):
      guard courses[question] != nil else { return [] }
      return settle(question, .success(answer), upstreams, at: now)
    case .settled(let question, .failure(let error)): return step(question, after: error, upstreams, at: now)
    }
  }

  /// A question runs until the upstreams' deadline, however little time its waiter has: a waiter in a hurry does not
  /// make an upstream slow, and other waiters may share the answer.
  private mutating func admit(
    _ waiter: Waiter, _ question: UpstreamQuestion, within time: Duration, via path: QuestionPath,
    _ upstreams: [UpstreamAvailability], at now: Instant
  ) -> [Action] {
    let admission = coalescer.admit(waiter, to: question)
    let isTimed = time < deadline || admission == .queued
    waiters[waiter] = PendingAnswer(question: question, path: path, time: time, deadline: now + time, isTimed: isTimed)
    let timer = isTimed ? [Action.startTimer(waiter, after: time)] : []
    return admission == .ask ? timer + begin(question, via: path, upstreams, at: now) : timer
  }

  private mutating func giveUp(_ waiter: Waiter, _ upstreams: [UpstreamAvailability]) -> [Action] {
    guard let timeout = waiters.removeValue(forKey: waiter) else { return [] }
    coalescer.remove(waiter, from: timeout.question)
    let upstream = upstreams.first(where: \.isPresent) ?? upstreams.first
    return [.answer(waiter, .failure(upstream.map { .timedOut($0.server, timeout.time) } ?? .stopped))]
  }

  /// The question that a waiter shared has come round on a way that is not the waiter's: a client may send any path.
  private mutating func askAgain(
    _ waiter: Waiter, _ question: UpstreamQuestion, _ upstreams: [UpstreamAvailability], at now: Instant
  ) -> [Action] {
    guard let pending = waiters[waiter] else { return [] }
    let timer =
      pending.isTimed ? [] : [Action.startTimer(waiter, after: max(now.duration(to: pending.deadline), .zero))]
    waiters[waiter]?.isTimed = true
    let admission = coalescer.admit(waiter, to: question)
    return admission == .ask ? timer + begin(question, via: pending.path, upstreams, at: now) : timer
  }

  private mutating func begin(
    _ question: UpstreamQuestion, via path: QuestionPath, _ upstreams: [UpstreamAvailability], at now: Instant
  ) -> [Action] {
    courses[question] = Course(failover: Failover(over: upstreams.count, until: now + deadline), path: path)
    return step(question, after: nil, upstreams, at: now)
  }

  private mutating func step(
    _ question: UpstreamQuestion, after error: UpstreamError?, _ upstreams: [UpstreamAvailability], at now: Instant
  ) -> [Action] {
    let path = courses[question]?.path ?? .start
    switch courses[question]?.failover.next(after: error, upstreams, at: now) {
    case .ask(let upstream, let share): return [.send(question, to: upstream, within: share, via: path)]
    case .end(let error): return settle(question, .failure(error), upstreams, at: now)
    case nil: return []
    }
  }

  private mutating func settle(
    _ question: UpstreamQuestion, _ outcome: Outcome, _ upstreams: [UpstreamAvailability], at now: Instant
  ) -> [Action] {
    courses[question] = nil
    let (askers, next) = coalescer.settle(question)
    var actions: [Action] = []
    var others: [Waiter] = []
    for asker in askers {
      if let waiter = waiters[asker], outcome.isLoop(besides: waiter.path) {
        others.append(asker)
        continue
      }
      guard let timeout = waiters.removeValue(forKey: asker) else { continue }
      if timeout.isTimed { actions.append(.cancelTimer(asker)) }
      actions.append(.answer(asker, outcome))
    }
    if let next { actions += begin(question, via: waiters[next]?.path ?? .start, upstreams, at: now) }
    return actions + others.flatMap { askAgain($0, question, upstreams, at: now) }
  }
}

extension Result<UpstreamAnswer, UpstreamError> {
  /// The question has come round, and not on this path.
  fileprivate func isLoop(besides path: QuestionPath) -> Bool {
    guard case .failure(.loop(_, let circle)) = self, let first = circle.stores.first else { return false }
    return !path.stores.contains(first)
  }
}
