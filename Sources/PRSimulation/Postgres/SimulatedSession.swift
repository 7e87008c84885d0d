// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStoreMemory
  import PRStorePostgres

  /// A session with a simulated server: the client's end of it and the server's.
  ///
  /// `@unchecked Sendable`: one thread runs at a time.
  final class SimulatedSession: PostgresTransport, @unchecked Sendable {
    typealias Statement = (name: String, parameters: [PostgresParameter])

    let server: SimulatedServer
    /// In the order in which the server took them.
    let number: Int
    let process: MemoryProcess
    /// Commits wait for the standby.
    let waitsForStandby: Bool

    // The client's end.
    private var queued: [Statement] = []
    private var outcome: Result<[PostgresReply], PostgresFailure>?
    private var warnings: [String] = []
    private let signal = SimulatedSignal()
    /// The line is gone.
    private(set) var isLost = false

    // The server's end.
    /// What the transaction writes; nil outside of one.
    var record: SimulatedRecord?
    /// The transaction sees the tables as they were with its first statement.
    var hasSnapshot = false
    var snapshot: SimulatedTables?
    var hasFailed = false
    /// Its commit is under way: the server does not look whether the client is there.
    var isCommitting = false
    /// Grows with each flush: a transaction that is idle for long is ended.
    var flushes = 0

    init(_ server: SimulatedServer, number: Int, of process: MemoryProcess, waitsForStandby: Bool) {
      self.server = server
      self.number = number
      self.process = process
      self.waitsForStandby = waitsForStandby
    }

    deinit { server.forget(number) }

    private var world: World { server.world }

    // MARK: PostgresTransport

    func takeWarnings() -> [String] {
      defer { warnings = [] }
      return warnings
    }

    func add(_ statement: PostgresStatement, _ parameters: [PostgresParameter]) throws(PostgresFailure) {
      guard !isLost, !process.isKilled else { throw .lost("the connection is lost") }
      queued.append((statement.name, parameters))
    }

    func flush(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> [PostgresReply] {
      let statements = queued
      (queued, outcome) = ([], nil)
      world.loop.after(server.flight) { [server] in server.take(statements, of: self) }
      return try receive(until: deadline)
    }

    func receive(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> [PostgresReply] {
      while outcome == nil {
        guard !isLost, !process.isKilled else { throw .lost("the connection is lost") }
        guard world.instant < deadline else { throw .late }
        world.threads.wait(for: signal, until: world.time + (deadline - world.instant))
      }
      defer { outcome = nil }
      return try outcome?.get() ?? []
    }

    // MARK: From the server

    func answer(_ outcome: Result<[PostgresReply], PostgresFailure>, warning: String?) {
      world.loop.after(server.flight) { [self] in
        guard !isLost else { return }
        if let warning { warnings.append(warning) }
        self.outcome = outcome
        signal.set()
      }
    }

    /// The line ends. What the server has sent before is lost, too.
    func lose() {
      isLost = true
      signal.set()
    }
  }
#endif
