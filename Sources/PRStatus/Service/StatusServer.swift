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
package struct StatusServer: Service {
  private let observer: StatusCollector
  private let viewers: EventStreamClients
  private let http: HTTP1Channel
  private let listener: any Channel
  private let clients: AsyncStream<HTTP1Channel.Value>
  private let arrivals: AsyncStream<HTTP1Channel.Value>.Continuation
  private let quiet: Logger

  /// Gets ready to accept, and waits for `run`. Whatever may fail does so here; clients that connect meanwhile wait.
  ///
  /// - Parameters:
  ///   - socket: makes the descriptor of a socket that listens, which this server closes.
  ///   - closed: called once, when it accepts no more or is closed without having begun.
  /// - Throws: ``StoreError``, what `socket` throws, or what the operating system has against the socket.
  package static func open(
    _ options: StatusOptions, socket: () throws -> CInt, facts: NodeFacts, logger: Logger,
    closed: @escaping @Sendable () -> Void = {}
  ) async throws -> StatusServer {
    let observer = try StatusCollector(facts)
    let viewers = EventStreamClients(observer, limit: options.viewers)
    let visits = Visits(limit: options.connections)
    let http = http(
      Responder(
        observer: observer, viewers: viewers,
        gate: StatusAuthorizer(token: options.token, isLoopback: options.isLoopback)), visits)
    let quiet = quiet(logger)
    let (clients, arrivals) = AsyncStream.makeStream(of: HTTP1Channel.Value.self)
    let listener = try await ServerBootstrap(group: loops)
      .serverChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      // Little is kept for a client that does not read, so that it is noticed soon.
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 4 << 10, high: 16 << 10))
      .childChannelOption(.socketOption(.so_sndbuf), value: 64 << 10)
      .childChannelInitializer { channel in
        visits.arrive(channel)
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(VisitHandler(visits))
        }.flatMap { http.setup(channel: channel, logger: quiet) }.map { _ = arrivals.yield($0) }
      }
      .withBoundSocket(socket()).get()
    listener.closeFuture.whenComplete { _ in closed() }
    return StatusServer(
      observer: observer, viewers: viewers, http: http, listener: listener, clients: clients, arrivals: arrivals,
      quiet: quiet)
  }

  /// What the node says of its own listeners.
  package func listens(on addresses: [String]) async { await observer.listens(on: addresses) }

  /// From now on the node is not ready: it takes no more connections.
  package func stops() { observer.stops() }

  /// Its own thread: however long a page takes to write, no builder waits for it. It is never ended: what the web server
  /// leaves behind lets go of it on threads that are not joined, and would do so when it is gone.
  private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  /// Accepts from now on, until it is stopped; cancelled when another one takes its place.
  package func run() async { await cancelWhenGracefulShutdown { await serve() } }

  /// Accepts no more. When it returns, `closed` has been called.
  package func close() async {
    try? await listener.close()  // fails where it has ended before
    try? await listener.closeFuture.get()
  }

  private func serve() async {
    try? await listener.setOption(.autoRead, value: true).get()  // fails where it has ended by itself
    // Not to be cancelled: a connection that is not taken would trap. It ends when no more can come.
    let handling = Task { await handle(clients) }
    await observer.record()
    let isReplaced = !Task.isShuttingDownGracefully
    viewers.end()
    await close()
    // A client that has just come gets an answer, even if a stop follows.
    if isReplaced { await Task { try? await Task.sleep(for: Self.courtesy) }.value }
    arrivals.finish()
    await handling.value
  }

  private static let courtesy = Duration.milliseconds(250)

  private func handle(_ clients: AsyncStream<HTTP1Channel.Value>) async {
    await withDiscardingTaskGroup { group in
      for await client in clients {
        group.addTask { await http.handle(value: client, logger: quiet) }
      }
      // No open page keeps a server from ending: what is open is cut once it has its answer.
      group.cancelAll()
    }
  }

  private static func http(_ responder: Responder, _ visits: Visits) -> HTTP1Channel {
    HTTP1Channel(
      responder: { request, writer, channel in
        let visit = visits.begin(channel)
        defer { visits.end(channel) }
        let response = await responder.respond(to: request, hasPlace: visit.hasPlace, for: visit.client)
        try await writer.write(response: response.head, body: response.body)
      },
      configuration: HTTP1Channel.Configuration(
        idleTimeout: .seconds(20),
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 100)))
  }

  /// What every request of a page is about is no news for a log, and neither is that connections are cut at the end.
  private static func quiet(_ logger: Logger) -> Logger {
    var logger = logger
    logger.logLevel = .critical
    return logger
  }
}
