// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import NIOPosix
import PRNode
import PRWire
import ServiceLifecycle

/// The listeners of a node, as a service: binds, serves until told to stop, then lets what is in flight finish.
public struct Server: Service {
  private let node: Node
  private let options: ServerOptions
  private let logger: Logger
  private let board: TallyBoard?
  private let ready: @Sendable ([Endpoint]) async throws -> Void
  private let stopping: @Sendable () -> Void

  /// - Parameters:
  ///   - board: where it shows what it counts.
  ///   - ready: called once connections are accepted, with the addresses that were really bound.
  ///   - stopping: called when no more are.
  public init(
    node: Node, options: ServerOptions, logger: Logger, board: TallyBoard? = nil,
    ready: @escaping @Sendable ([Endpoint]) async throws -> Void, stopping: @escaping @Sendable () -> Void = {}
  ) {
    self.stopping = stopping
    self.node = node
    self.options = options
    self.logger = logger
    self.board = board
    self.ready = ready
  }

  public func run() async throws {
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
    let sessions = SessionRegistry(limit: options.connections)
    let desks = try await LoopDesks(node: node, options: options, loops: loops, logger: logger)
    board?.show { await desks.tally(with: sessions) }
    defer { board?.clear() }
    var listeners: [any Channel] = []
    do {
      for address in options.listen {
        listeners.append(
          try await Listener(
            address, passed: options.passed[address], tls: options.tls, desks: desks, sessions: sessions
          ).bind(on: loops))
      }
      try await ready(zip(options.listen, listeners).map { $0.bound(to: $1) })
      try await gracefulShutdown()
    } catch is CancellationError {
      // Cancelled instead of asked: the same way out, only without a caller who waits.
    } catch {
      for listener in listeners { try? await listener.close() }
      throw error
    }
    stopping()
    for listener in listeners { try? await listener.close() }
    for case .unix(let path) in options.listen where options.passed[.unix(path: path)] == nil { unlink(path) }
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
struct LoopDesks: Sendable {
  private let loops: MultiThreadedEventLoopGroup
  private let desks: [ObjectIdentifier: NIOLoopBound<LoopDesk>]

  init(node: Node, options: ServerOptions, loops: MultiThreadedEventLoopGroup, logger: Logger) async throws {
    var desks: [ObjectIdentifier: NIOLoopBound<LoopDesk>] = [:]
    for loop in loops.makeIterator() {
      desks[ObjectIdentifier(loop)] = try await loop.submit {
        NIOLoopBound(try LoopDesk(node: node, options: options, loop: loop, logger: logger), eventLoop: loop)
      }.get()
    }
    self.desks = desks
    self.loops = loops
  }

  /// What all of them have counted. Each is asked on its own loop, between two turns.
  func tally(with sessions: SessionRegistry) async -> Tally {
    var total = Tally()
    for loop in loops.makeIterator() {
      guard let desk = desks[ObjectIdentifier(loop)] else { continue }
      // A loop that has ended counts no more.
      if let tally = try? await loop.submit({ desk.value.tally }).get() { total = total + tally }
    }
    (total.open, total.accepted) = sessions.counts
    return total
  }

  /// The desk of a loop, on that loop's thread.
  subscript(loop: any EventLoop) -> LoopDesk {
    guard let desk = desks[ObjectIdentifier(loop)] else { preconditionFailure("every loop of the server has a desk") }
    return desk.value
  }
}
