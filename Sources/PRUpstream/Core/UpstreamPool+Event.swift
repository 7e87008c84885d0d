// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

extension UpstreamPool {
  /// Names a request; the caller chooses numbers that grow.
  typealias RequestID = Int
  typealias ConnectionID = PooledConnection.ID
  typealias PingID = Int
  typealias Outcome = Result<UpstreamAnswer, UpstreamError>

  /// What can happen. An event of a connection that the pool has closed changes nothing.
  enum Event: Sendable {
    case start
    case stop
    case ask(RequestID, UpstreamQuestion, within: Duration, via: QuestionPath = .start)
    /// The outcome of `dial`: connected and greeted, or not.
    case dialed(ConnectionID, Result<PeerDescription, UpstreamError>)
    /// The outcome of `send`.
    case replied(ConnectionID, RequestID, Outcome)
    /// The outcome of `probe`: nil where the server has answered.
    case probed(ConnectionID, UpstreamError?)
    /// The outcome of `ping`: another node below the upstream, whose lane overlaps with this node's, or nil.
    case pinged(PingID, Result<NodeNews, UpstreamError>)
    /// The connection has ended, for this reason.
    case closed(ConnectionID, UpstreamError)
    /// A timer is over that was started and not cancelled.
    case fired(Timer)
  }

  enum Timer: Hashable, Sendable {
    case keepAlive
    case halfTime(RequestID)
    case deadline(RequestID)
    case ping(PingID)
    case doubt
    /// Until the next probe.
    case probe
    /// Until a probe without a reply has failed.
    case probeReply
  }

  /// What is to be done. A connection whose `dial` has succeeded is closed by exactly one `close`.
  enum Action: Sendable {
    case dial(ConnectionID)
    case close(ConnectionID)
    /// Writes a request to a connection.
    case send(RequestID, UpstreamQuestion, over: ConnectionID, within: Duration, via: QuestionPath = .start)
    /// Asks whether the server is there, with a ping where there is no question.
    case probe(UpstreamQuestion?, over: ConnectionID, within: Duration)
    case ping(PingID, over: ConnectionID)
    case start(Timer, after: Duration)
    /// Cancels a timer, or does nothing if it does not run.
    case cancel(Timer)
    /// The request has its outcome; each has one.
    case settle(RequestID, Outcome)
    case tell(UpstreamEvent)
  }

  /// What one event brings with it and leads to.
  struct Step {
    let now: Instant
    /// From 0 up to 1.
    let jitter: Double
    var actions: [Action] = []

    mutating func act(_ action: Action) { actions.append(action) }
  }
}
