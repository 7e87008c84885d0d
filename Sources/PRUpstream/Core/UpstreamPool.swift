// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// One upstream: its connections, its requests, and whether it is asked.
///
/// The states of its parts are those of ``Breaker``, ``PooledConnection`` and ``PendingRequest``. Together they keep these
/// rules:
///
/// - A request is settled once. Until then it waits, or exactly one connection has it.
/// - A request waits only while a connection is being opened or a doubt lasts.
/// - While the breaker is open there is no request, and no open connection but that of the probe.
struct UpstreamPool: Sendable {
  typealias Instant = ContinuousClock.Instant

  let options: UpstreamPoolOptions
  var breaker = Breaker()
  var quarantine = Quarantine()
  var connections = PooledConnections()
  var requests: [RequestID: PendingRequest] = [:]
  var health: UpstreamHealth
  /// Requests that failed since the server last answered one.
  var failedSinceLoss = 0
  /// When the server last answered anything.
  var heardAt: Instant
  private var nextConnection: ConnectionID = 0
  private var nextPing: PingID = 0

  init(_ options: UpstreamPoolOptions, at now: Instant) {
    self.options = options
    health = UpstreamHealth(server: options.server)
    heardAt = now
  }

  /// - Parameter jitter: from 0 up to 1; it spreads the probes.
  mutating func handle(_ event: Event, at now: Instant, jitter: Double) -> [Action] {
    var step = Step(now: now, jitter: jitter)
    switch event {
    case .start:
      dial(&step)
      step.act(.start(.keepAlive, after: options.keepAlive))
    case .stop: stop(&step)
    case .ask(let request, let question, let time, let path): ask(request, question, within: time, via: path, &step)
    case .dialed(let connection, let outcome): dialed(connection, outcome, &step)
    case .replied(let connection, let request, let outcome): replied(connection, request, outcome, &step)
    case .probed(let connection, let error): probed(connection, error, &step)
    case .pinged(let ping, let outcome): pinged(ping, outcome, &step)
    case .closed(let connection, let error): closed(connection, error, &step)
    case .fired(let timer): fired(timer, &step)
    }
    return step.actions
  }

  private mutating func fired(_ timer: Timer, _ step: inout Step) {
    switch timer {
    case .keepAlive: pingConnections(&step)
    case .halfTime(let request): overtake(request, &step)
    case .deadline(let request): expire(request, &step)
    case .ping: lose(.timedOut(options.server, options.deadline), &step)
    case .doubt: confirmDoubt(&step)
    case .probe: probe(&step)
    case .probeReply:
      if let connection = breaker.probe { probed(connection, .timedOut(options.server, options.deadline), &step) }
    }
  }

  private mutating func stop(_ step: inout Step) {
    for timer in [Timer.keepAlive, .doubt, .probe, .probeReply] { step.act(.cancel(timer)) }
    breaker.stop()
    abandon(.stopped, &step)
  }

  /// Whether it can be asked now.
  var availability: UpstreamAvailability {
    UpstreamAvailability(server: options.server, absence: breaker.isClosed ? nil : absence)
  }

  var absence: UpstreamError {
    breaker.isStopped ? .stopped : .away(options.server, reason: health.problem ?? "it was not reached yet")
  }

  /// Begins to open a connection.
  mutating func open(_ purpose: PooledConnection.Purpose, _ step: inout Step) -> ConnectionID {
    nextConnection &+= 1
    connections.add(PooledConnection(id: nextConnection, state: .dialing(purpose), openedAt: step.now))
    step.act(.dial(nextConnection))
    return nextConnection
  }

  mutating func newPing() -> PingID {
    nextPing &+= 1
    return nextPing
  }

  /// Fails all requests, and closes all connections.
  mutating func abandon(_ error: UpstreamError, _ step: inout Step) {
    for request in requests.keys.sorted() { fail(request, error, &step) }
    for connection in connections.removeOpen() { step.act(.close(connection)) }
  }
}
