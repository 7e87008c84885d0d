// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A question to one upstream, from the moment it comes to the moment it is settled.
struct PendingRequest: Sendable {
  typealias Instant = ContinuousClock.Instant

  enum State: Hashable, Sendable {
    /// No connection has it; the next one that opens takes it. → `sent`
    case waiting
    /// It was written to a connection that others use as well. → `waiting`, `isolating`
    case sent(PooledConnection.ID, at: Instant)
    /// Its connection ended while it was the next to be answered. A connection for it alone is being opened.
    /// → `isolated`
    case isolating(PooledConnection.ID)
    /// It was written to a connection of its own. The outcome settles it.
    case isolated(PooledConnection.ID, at: Instant)
  }

  let question: UpstreamQuestion
  let path: QuestionPath
  /// From its coming to its end.
  let time: Duration
  let deadline: Instant
  var state = State.waiting

  init(_ question: UpstreamQuestion, within time: Duration, via path: QuestionPath = .start, at now: Instant) {
    self.path = path
    self.question = question
    self.time = time
    deadline = now + time
  }

  /// The connection that it was written to, and when.
  var sending: (connection: PooledConnection.ID, at: Instant)? {
    switch state {
    case .sent(let connection, let instant), .isolated(let connection, let instant): (connection, instant)
    case .waiting, .isolating: nil
    }
  }

  func remaining(at now: Instant) -> Duration { max(now.duration(to: deadline), .zero) }
}
