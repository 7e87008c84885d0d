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
  private let beginning = FirstAnswer<Void>()
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
  public func begin() { beginning.give(()) }

  /// Ends it before the others: another one takes its place.
  public func end() { ending.give(()) }

  /// From now on the node is not ready: it takes no more connections.
  public func stops() { observer.stops() }

  /// Its own thread: however long a page takes to write, no builder waits for it. It is never ended: what the web server
  /// leaves behind lets go of it on threads that nobody waits for, and would do so when it is gone.
  private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  public func run() async throws {
    do {
      try await cancelWhenGracefulShutdown {
        await beginning.wait()
        if !Task.isCancelled { try await serve() }
        // The others come first in the order of ending, and to end before one is told would be a failure.
        await FirstAnswer<Void>().wait()
      }
    } catch is CancellationError {
      // How it is told to end.
    }
  }

  private func serve() async throws {
    let viewers = Viewers(observer, limit: options.viewers)
    let http = http(for: viewers)
    let (connections, quiet) = (options.connections, quiet)
    let (clients, arrivals) = AsyncStream.makeStream(of: HTTP1Channel.Value.self)
    let listener = try await ServerBootstrap(group: Self.loops)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            AvailableConnectionsChannelHandler(maxConnections: connections))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        http.setup(channel: channel, logger: quiet).map { _ = arrivals.yield($0) }
      }
      .withBoundSocket(socket()).get()
    // Not to be cancelled: a connection that nobody takes would trap. It ends when no more can come.
    let handling = Task { await handle(clients, http) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await observer.record() }
      await ending.wait()
      group.cancelAll()
    }
    viewers.end()
    try? await listener.close()  // fails where it has ended by itself
    closed()
    if !Task.isCancelled {
      // Another one has taken its place: whoever has just come here gets an answer, even if a stop follows.
      await Task { try? await Task.sleep(for: Self.courtesy) }.value
    }
    arrivals.finish()
    await handling.value
  }

  private static let courtesy = Duration.milliseconds(250)

  private func handle(_ clients: AsyncStream<HTTP1Channel.Value>, _ http: HTTP1Channel) async {
    let quiet = quiet
    await withDiscardingTaskGroup { group in
      for await client in clients {
        group.addTask { await http.handle(value: client, logger: quiet) }
      }
      // Nobody who looks keeps a server from ending: what is open is cut once it has its answer.
      group.cancelAll()
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
