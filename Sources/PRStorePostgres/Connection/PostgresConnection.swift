// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore

  /// A statement, which is prepared once on each connection.
  package struct PostgresStatement: Hashable {
    /// As the server names the prepared statement.
    package let name: String
    package let sql: String

    init(_ name: String, _ sql: String) {
      self.name = name
      self.sql = sql
    }
  }

  /// What carries statements to a server: libpq, and in the simulation a server in memory.
  package protocol PostgresTransport: AnyObject, Sendable {
    /// Warnings since the last call.
    func takeWarnings() -> [String]

    /// Queues a statement.
    func add(_ statement: PostgresStatement, _ parameters: [PostgresParameter]) throws(PostgresFailure)

    /// Sends what is queued and waits for the replies, one for each statement.
    func flush(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> [PostgresReply]

    /// Goes on waiting for replies that were late.
    func receive(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> [PostgresReply]
  }

  /// How the threads of a store reach a server, and wait.
  package struct PostgresDialer: Sendable {
    /// Connects to one host, with settings as libpq takes them.
    package typealias Connect =
      @Sendable (
        _ settings: [(key: String, value: String)], _ deadline: ContinuousClock.Instant, _ clock: StoreClock
      ) throws(PostgresFailure) -> any PostgresTransport

    let connect: Connect
    /// Keeps the thread waiting between two attempts.
    let pause: @Sendable (Duration) -> Void

    package init(connect: @escaping Connect, pause: @escaping @Sendable (Duration) -> Void) {
      self.connect = connect
      self.pause = pause
    }
  }

  /// One connection to a server: statements are queued, sent in one flush, and answered in one. Every wait has a deadline.
  ///
  /// `@unchecked Sendable`: one thread at a time uses it, that of its lane or the one that has the lock of the parked ones.
  final class PostgresConnection: @unchecked Sendable {
    private let transport: any PostgresTransport
    /// Which connection of the store this is.
    let number: Int
    /// What the server is.
    var release = PostgresRelease(number: 0)
    /// What `synchronous_standby_names` was when it was made.
    var standbys = ""

    init(_ transport: any PostgresTransport, number: Int) {
      self.transport = transport
      self.number = number
    }

    func takeWarnings() -> [String] { transport.takeWarnings() }

    func add(_ statement: PostgresStatement, _ parameters: [PostgresParameter] = []) throws(PostgresFailure) {
      try transport.add(statement, parameters)
    }

    func flush(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> [PostgresReply] {
      try transport.flush(until: deadline)
    }

    func receive(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> [PostgresReply] {
      try transport.receive(until: deadline)
    }

    /// Asks all of some questions in one flush.
    ///
    /// - Parameter path: what an error names the store by.
    func ask(
      of path: String, until deadline: ContinuousClock.Instant, _ questions: [(PostgresStatement, [PostgresParameter])]
    ) throws(StoreError) -> [PostgresReply] {
      do throws(PostgresFailure) {
        for (statement, parameters) in questions { try add(statement, parameters) }
        return try flush(until: deadline)
      } catch {
        throw StoreError(error, path: path)
      }
    }
  }
#endif
