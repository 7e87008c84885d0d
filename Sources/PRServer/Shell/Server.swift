// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import NIOPosix
import PRNode
import PRTLS
import PRWire
import ServiceLifecycle

/// The listeners of a node, as a service: serves until stopped, then lets what is in flight finish.
package struct Server: Service {
  private let node: Node
  private let options: ServerOptions
  private let bindings: [ListenerBinding]
  private let tls: TLSContext?
  private let logger: Logger
  private let board: CounterRegistry?
  private let federation: (any FederationAnswering)?
  private let ready: @Sendable () async throws -> Void
  private let closed: @Sendable () -> Void

  /// - Parameters:
  ///   - bindings: their sockets are released when it stops to accept.
  ///   - tls: the certificates of TLS listeners. Needed where a binding is of TLS.
  ///   - board: where it shows what it counts.
  ///   - federation: answers requests that are about the federation; nil for a node that stands in none.
  ///   - ready: called once connections can be accepted; when it returns, they are.
  ///   - closed: called when they are no more.
  package init(
    node: Node, options: ServerOptions, bindings: [ListenerBinding], tls: TLSContext? = nil, logger: Logger,
    board: CounterRegistry? = nil, federation: (any FederationAnswering)? = nil,
    ready: @escaping @Sendable () async throws -> Void,
    closed: @escaping @Sendable () -> Void = {}
  ) {
    self.closed = closed
    self.node = node
    self.options = options
    self.bindings = bindings
    self.tls = tls
    self.logger = logger
    self.board = board
    self.federation = federation
    self.ready = ready
  }

  package func run() async throws {
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: options.eventLoops)
    do {
      try await serve(on: loops)
    } catch {
      try await loops.shutdownGracefully()
      throw error
    }
    try await loops.shutdownGracefully()
  }

  private func serve(on loops: MultiThreadedEventLoopGroup) async throws {
    let sessions = SessionRegistry(options, listeners: bindings.count)
    var listeners: [Listener] = []
    let outcome: Result<Void, any Error>
    do {
      let desks = try await EventLoopContexts(
        node: node, options: options, federation: federation, loops: loops, logger: logger)
      federation?.whenRevoked { sessions.revoke($0) }
      federation?.whenLeft { [lanes = desks.lanes] in lanes.release($0) }
      board?.show { await desks.counters(with: sessions) }
      for (number, binding) in bindings.enumerated() {
        listeners.append(
          try await .open(binding, number: number, tls: tls, desks: desks, sessions: sessions, loops: loops))
      }
      try await ready()
      // It may have been stopped before it began.
      if !Task.isShuttingDownGracefully { for listener in listeners { try await listener.begin() } }
      try await gracefulShutdown()
      outcome = .success(())
    } catch is CancellationError {
      // Cancelled instead of asked: the same way out, only without a caller who waits.
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    defer { board?.clear() }
    federation?.release()
    for listener in listeners { await listener.close(loops) }
    for binding in bindings { binding.socket.release() }
    closed()
    try outcome.get()
    await drain(sessions, on: loops.next())
  }

  private func drain(_ sessions: SessionRegistry, on loop: any EventLoop) async {
    let emptied = loop.makePromise(of: Void.self)
    let deadline = loop.scheduleTask(in: TimeAmount(options.drainTimeout)) { [logger] in
      logger.warning(
        "connections did not end in time and were cut", metadata: [LogKey.connections: "\(sessions.count)"])
      sessions.closeAll()
    }
    sessions.drain(emptied: emptied)
    try? await emptied.futureResult.get()
    deadline.cancel()
  }
}

/// The desks of all event loops.
struct EventLoopContexts: Sendable {
  private let loops: MultiThreadedEventLoopGroup
  private let desks: [ObjectIdentifier: NIOLoopBound<EventLoopContext>]
  private let flight: FlightLedger
  let lanes: LaneWatch

  init(
    node: Node, options: ServerOptions, federation: (any FederationAnswering)?, loops: MultiThreadedEventLoopGroup,
    logger: Logger
  ) async throws {
    let flight = FlightLedger(ceiling: options.bytesInFlight)
    self.flight = flight
    var desks: [ObjectIdentifier: NIOLoopBound<EventLoopContext>] = [:]
    let lanes = LaneWatch(node.alarms, logger) { .now() }
    for loop in loops.makeIterator() {
      desks[ObjectIdentifier(loop)] = try await loop.submit {
        NIOLoopBound(
          try EventLoopContext(
            node: node, options: options, flight: flight, lanes: lanes, federation: federation, loop: loop,
            logger: logger),
          eventLoop: loop)
      }.get()
    }
    self.desks = desks
    self.lanes = lanes
    self.loops = loops
  }

  /// What all of them have counted. Each is asked on its own loop, between two turns.
  func counters(with sessions: SessionRegistry) async -> RequestCounters {
    var total = RequestCounters()
    for loop in loops.makeIterator() {
      guard let desk = desks[ObjectIdentifier(loop)] else { continue }
      // A loop that has ended counts no more.
      if let counters = try? await loop.submit({ desk.value.counters }).get() { total = total + counters }
    }
    (total.open, total.accepted, total.turnedAway) = sessions.counts
    total.bytesInFlight = flight.bytes
    return total
  }

  /// The desk of a loop, on that loop's thread.
  subscript(loop: any EventLoop) -> EventLoopContext {
    guard let desk = desks[ObjectIdentifier(loop)] else { preconditionFailure("every loop of the server has a desk") }
    return desk.value
  }
}
