// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Whether an upstream is asked. It keeps an upstream that is down from costing every request the deadline: after a failure
/// of the server no request is sent until a probe has had an answer.
///
/// A request that was in trouble is never repeated to find out whether the server is there. A question of the same kind
/// about a package that does not exist is asked instead. Source: docs/decisions/0029-one-question-is-not-the-server.md.
struct Breaker: Sendable {
  private(set) var state = State.closed
  private let backOff: BackOff

  enum State: Sendable {
    /// Requests are sent. → `doubtful`, `open`, `stopped`
    case closed
    /// Requests are sent, and one question finds out whether the server is there. → `closed`, `open`, `stopped`
    case doubtful(Doubt)
    /// No request is sent, and a timer runs until the next probe. → `probing`, `stopped`
    case open(Outage)
    /// No request is sent, and one probe is under way on this connection. → `closed`, `open`, `stopped`
    case probing(Outage, PooledConnection.ID)
    /// The last state: no request is sent any more.
    case stopped
  }

  /// A request has failed in a way that may be the server's end.
  struct Doubt: Sendable {
    let error: UpstreamError
    let question: UpstreamQuestion
    /// The connection of the question that ends the doubt.
    let connection: PooledConnection.ID
    /// What is to blame if the server is there.
    var accusations: [Accusation] = []
  }

  struct Accusation: Sendable {
    let question: UpstreamQuestion
    let error: UpstreamError
    let isCertain: Bool
  }

  struct Outage: Hashable, Sendable {
    /// In a row, the one that began it included.
    var failures: Int
    /// What a probe asks; nil for a ping. A server may answer pings and no questions, so it is back when it answers a
    /// question of the kind that showed the outage.
    let probe: UpstreamQuestion?
  }

  init(backOff: BackOff = BackOff()) { self.backOff = backOff }

  /// Whether requests are sent.
  var isClosed: Bool {
    switch state {
    case .closed, .doubtful: true
    case .open, .probing, .stopped: false
    }
  }

  var doubt: Doubt? { if case .doubtful(let doubt) = state { doubt } else { nil } }

  var outage: Outage? {
    switch state {
    case .open(let outage), .probing(let outage, _): outage
    case .closed, .doubtful, .stopped: nil
    }
  }

  var isStopped: Bool { if case .stopped = state { true } else { false } }

  /// The connection of the probe that is under way.
  var probe: PooledConnection.ID? { if case .probing(_, let connection) = state { connection } else { nil } }

  /// - Returns: false where there is a doubt already, or nothing to doubt.
  mutating func raise(_ doubt: Doubt) -> Bool {
    guard case .closed = state else { return false }
    state = .doubtful(doubt)
    return true
  }

  /// - Returns: false where no doubt keeps the accusation until it ends.
  mutating func keep(_ accusation: Accusation) -> Bool {
    guard case .doubtful(var doubt) = state else { return false }
    doubt.accusations.append(accusation)
    state = .doubtful(doubt)
    return true
  }

  /// The server has shown that it is there.
  ///
  /// - Returns: what is to blame.
  mutating func endDoubt() -> [Accusation] {
    guard case .doubtful(let doubt) = state else { return [] }
    state = .closed
    return doubt.accusations
  }

  /// The server has failed.
  ///
  /// - Parameters:
  ///   - probe: what is asked from now on to find out whether it is back; nil for a ping.
  ///   - jitter: from 0 up to 1.
  /// - Returns: after which time to probe; nil where the breaker was not closed.
  mutating func open(probing probe: UpstreamQuestion?, jitter: Double) -> Duration? {
    guard isClosed else { return nil }
    state = .open(Outage(failures: 1, probe: probe))
    return backOff.pause(after: 1, jitter: jitter)
  }

  /// The time for a probe has come.
  ///
  /// - Returns: whether to send one.
  mutating func beginProbe(on connection: PooledConnection.ID) -> Bool {
    guard case .open(let outage) = state else { return false }
    state = .probing(outage, connection)
    return true
  }

  /// - Returns: after which time to probe again; nil where no probe was under way.
  mutating func failProbe(jitter: Double) -> Duration? {
    guard case .probing(var outage, _) = state else { return nil }
    outage.failures = outage.failures.addingClamped(1)
    state = .open(outage)
    return backOff.pause(after: outage.failures, jitter: jitter)
  }

  /// The probe was answered.
  mutating func close() { if case .probing = state { state = .closed } }

  mutating func stop() { state = .stopped }
}

/// How long to wait between attempts: twice as long after each failure, spread so that nodes that lost their upstream at
/// the same moment do not come back at the same moment.
struct BackOff: Hashable, Sendable {
  var first = Duration.milliseconds(250)
  var maximum = Duration.seconds(15)

  /// - Parameters:
  ///   - failures: how many attempts in a row have failed; at least 1.
  ///   - jitter: from 0 up to 1; the pause is between half and three halves of its mean.
  func pause(after failures: Int, jitter: Double) -> Duration {
    let doublings = min(max(failures, 1) - 1, 30)
    return min(maximum, first * (1 << doublings)) * (0.5 + jitter)
  }
}
