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

  /// Its own thread: however long a page takes to write, no builder waits for it. It is never ended: what the web server
  /// leaves behind lets go of it on threads that nobody waits for, and would do so when it is gone.
  private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  public func run() async throws {
    defer { bound.give(nil) }
    do {
      try await serve(on: Self.loops)
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
    // First it takes no more connections, and only then those that are left are cut: one that came in the moment of the cut
    // would be dropped where the web server does not expect it, and take the process with it.
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await observer.record() }
      group.addTask { try await application.run() }
      group.addTask {
        try await gracefulShutdown()
        viewers.end()
        try await Task.sleep(for: Self.patience)
      }
      defer { viewers.end() }
      try await group.next()
      group.cancelAll()
    }
  }

  /// For so long those who look may keep a server from ending.
  private static let patience = Duration.milliseconds(300)

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
