// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import PRStore
import ServiceLifecycle

/// Shows a node to people and to their programs, over HTTP, on a thread of its own.
public struct StatusServer: Service {
  private let options: StatusOptions
  private let socket: @Sendable () throws -> CInt
  private let observer: Observer
  private let logger: Logger
  private let closed: @Sendable () -> Void
  private let turn = FirstAnswer<Void>()
  private let ending = FirstAnswer<Void>()

  /// - Parameters:
  ///   - socket: makes the descriptor of a socket that listens, which this server closes.
  ///   - closed: called when it accepts no more.
  public init(
    _ options: StatusOptions, socket: @escaping @Sendable () throws -> CInt, facts: NodeFacts, logger: Logger,
    closed: @escaping @Sendable () -> Void = {}
  ) throws(StoreError) {
    self.options = options
    self.socket = socket
    self.logger = logger
    self.closed = closed
    observer = try Observer(facts)
  }

  /// What the node says of its own listeners.
  public func listens(on addresses: [String]) async { await observer.listens(on: addresses) }

  /// Its turn has come: it accepts from now on.
  public func begin() { turn.give(()) }

  /// Ends it before the others: another one takes its place.
  public func end() { ending.give(()) }

  /// From now on the node is not ready: it takes no more connections.
  public func stops() { observer.stops() }

  /// Its own thread: however long a page takes to write, no builder waits for it. It is never ended: what the web server
  /// leaves behind lets go of it on threads that nobody waits for, and would do so when it is gone.
  private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  /// For so long those who look may keep a server from ending.
  private static let patience = Duration.milliseconds(300)

  public func run() async throws {
    await cancelWhenGracefulShutdown { await turn.wait() }
    guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
    do {
      try await serve()
    } catch is CancellationError {
      // How it is told to end.
    }
  }

  private func serve() async throws {
    let viewers = Viewers(observer, limit: options.viewers)
    let http = http(for: viewers)
    let (connections, quiet) = (options.connections, quiet)
    let listener = try await ServerBootstrap(group: Self.loops)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            AvailableConnectionsChannelHandler(maxConnections: connections))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .bind(socket()) { http.setup(channel: $0, logger: quiet) }
    // First it takes no more connections, and only then those that are left are cut: one that came in the moment of the cut
    // would be dropped where it must not be, and take the process with it.
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await observer.record() }
      group.addTask { try await accept(from: listener, http) }
      group.addTask {
        await cancelWhenGracefulShutdown { await ending.wait() }
        viewers.end()
        listener.channel.close(promise: nil)
        try await Task.sleep(for: Self.patience)
      }
      defer { viewers.end() }
      try await group.next()
      group.cancelAll()
    }
  }

  private typealias Client = HTTP1Channel.Value

  private func accept(from listener: NIOAsyncChannel<Client, Never>, _ http: HTTP1Channel) async throws {
    let quiet = quiet
    try await withThrowingDiscardingTaskGroup { group in
      // Others need not wait for the last answer.
      defer { closed() }
      try await listener.executeThenClose { clients in
        for try await client in clients {
          group.addTask { await http.handle(value: client, logger: quiet) }
        }
      }
    }
  }

  private func http(for viewers: Viewers) -> HTTP1Channel {
    let responder = Responder(
      observer: observer, viewers: viewers, gate: Gate(token: options.token, isLoopback: options.isLoopback))
    return HTTP1Channel(
      responder: { request, writer, _ in
        let response = await responder.respond(to: request)
        try await writer.write(response: response.head, body: response.body)
      },
      configuration: HTTP1Channel.Configuration(
        idleTimeout: .seconds(20),
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 100)))
  }

  /// What every request of a page is about is no news for a log, and neither is that connections are cut at the end.
  private var quiet: Logger {
    var logger = logger
    logger.logLevel = .critical
    return logger
  }
}
