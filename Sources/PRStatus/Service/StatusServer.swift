// SPDX-License-Identifier: Apache-2.0
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
  private let observer: Observer
  private let logger: Logger
  private let bound = FirstAnswer<StatusAddress?>()

  /// Where it is, once it listens.
  public struct StatusAddress: Hashable, Sendable, CustomStringConvertible {
    public let host: String
    public let port: Int
    public var description: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
  }

  public init(_ options: StatusOptions, facts: NodeFacts, logger: Logger) throws(StoreError) {
    self.options = options
    self.logger = logger
    observer = try Observer(facts)
  }

  /// Waits until it listens.
  ///
  /// - Returns: nil when it never will: its own `run` says why.
  public func address() async -> StatusAddress? { await bound.value }

  /// What the node says of its own listeners.
  public func listens(on addresses: [String]) async { await observer.listens(on: addresses) }

  /// From now on the node is not ready: it has been told to stop.
  public func stops() { observer.stops() }

  public func run() async throws {
    // Its own thread: however long a page takes to write, no builder waits for it.
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let outcome: Result<Void, any Error>
    do {
      try await serve(on: loops)
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    bound.give(nil)
    try await loops.shutdownGracefully()
    do {
      try outcome.get()
    } catch is CancellationError {
      // How it is told to end.
    } catch let error as IOError {
      throw StatusListenError(host: options.host, port: options.port, code: error.errnoCode)
    }
  }

  private func serve(on loops: MultiThreadedEventLoopGroup) async throws {
    let viewers = Viewers(observer, limit: options.viewers)
    let application = Application(
      responder: Responder(
        observer: observer, viewers: viewers, gate: Gate(token: options.token, isLoopback: options.isLoopback)),
      server: .http1(
        configuration: .init(
          idleTimeout: .seconds(20),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 100))),
      configuration: ApplicationConfiguration(
        address: .hostname(options.host, port: options.port), serverName: "headwater",
        availableConnectionsDelegate: MaximumAvailableConnections(options.connections)),
      onServerRunning: { [bound, options] channel in
        bound.give(StatusAddress(host: options.host, port: channel.localAddress?.port ?? options.port))
      },
      eventLoopGroupProvider: .shared(loops), logger: quiet)
    // Nobody who looks keeps a server from ending: what is open is cut.
    try await cancelWhenGracefulShutdown {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await observer.record() }
        group.addTask { try await Self.run(application) }
        defer { viewers.end() }
        try await group.next()
        group.cancelAll()
      }
    }
  }

  /// Runs it until this task is cancelled, and waits for its end.
  private static func run(_ application: some ApplicationProtocol) async throws {
    // Detached, it does not hear that the process ends in order: it would let go of its loops in a task that nobody waits
    // for, at times when they are gone. It is cancelled instead, and waited for here.
    let serving = Task.detached { try await application.run() }
    try await withTaskCancellationHandler {
      try await serving.value
    } onCancel: {
      serving.cancel()
    }
  }

  /// What every request of a page is about is no news for a log, and neither is that connections are cut at the end.
  private var quiet: Logger {
    var logger = logger
    logger.logLevel = .critical
    return logger
  }
}

/// Why the status page cannot be served.
public struct StatusListenError: Error, CustomStringConvertible {
  let host: String
  let port: Int
  /// The operating system's error.
  let code: CInt

  public var description: String {
    let why =
      switch code {
      case EADDRINUSE: "another program does; stop it, or choose another address"
      case EADDRNOTAVAIL: "this machine has no such address"
      case EACCES: "no permission; ports below 1024 need more rights"
      default: String(cString: strerror(code))
      }
    return "cannot listen on \(host):\(port) for the status page: \(why)"
  }
}
