// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// The connection of one lane, which is made anew when it is lost.
  ///
  /// Not `Sendable`: it belongs to the thread of its lane.
  final class PostgresSession {
    let shared: PostgresShared
    /// The store that is expected; nil where it is not known yet, or does not matter.
    private let identity: String?
    private(set) var connection: PostgresConnection?
    /// Until when a question within a transaction waits.
    var deadline = ContinuousClock.Instant.now
    /// Why a question within the transaction has failed.
    var asked: PostgresFailure?
    /// Hosts that are still to be tried, in a random order.
    private var hosts: [Int] = []

    /// A host that does not answer in this time is passed over for now.
    private static let hostTimeout = Duration.seconds(3)

    init(_ shared: PostgresShared, identity: String? = nil) {
      self.shared = shared
      self.identity = identity
    }

    /// The connection, made where there is none. One host is tried in a call.
    func open(until deadline: ContinuousClock.Instant) throws(StoreError) -> PostgresConnection {
      guard !shared.isParked() else {
        throw .unconfirmed(path: shared.path, detail: "an earlier commit still waits for its standby")
      }
      if let connection { return connection }
      guard identity == nil || shared.mayLookForStandbys() else {
        throw .unconfirmed(path: shared.path, detail: PostgresCommit.noStandbys)
      }
      let opened: PostgresConnection
      do throws(PostgresFailure) {
        opened = try connect(until: min(deadline, shared.now() + Self.hostTimeout))
      } catch {
        throw StoreError(error, path: shared.path)
      }
      if let identity { try PostgresStanding(opened, shared, identity: identity).check() }
      connection = opened
      return opened
    }

    /// A connection for one piece of work: each host is tried once.
    static func openOnce(
      _ shared: PostgresShared, until deadline: ContinuousClock.Instant
    ) throws(StoreError) -> PostgresConnection {
      let session = PostgresSession(shared)
      var reasons: [String] = []
      for _ in 0..<shared.options.address.hostCount {
        do throws(StoreError) {
          return try session.open(until: deadline)
        } catch .unreachable(_, let detail) {
          reasons.append(detail)
        } catch {
          throw error
        }
      }
      throw .unreachable(path: shared.path, detail: reasons.joined(separator: "; "))
    }

    /// Lets go of the connection: the next call makes another one.
    func drop() { connection = nil }

    /// Keeps the connection, whose commit waits, from being closed.
    func park() {
      if let connection { shared.park(connection) }
      connection = nil
    }

    // MARK: Within a transaction

    var connectionNumber: Int { connection?.number ?? 0 }

    func ask(_ statement: PostgresStatement, _ parameters: [PostgresParameter]) throws(StoreError) -> PostgresReply {
      guard let connection else { throw .unreachable(path: shared.path, detail: "the connection is lost") }
      do throws(PostgresFailure) {
        try connection.add(statement, parameters)
        // A BEGIN that waits to be sent is answered with the first question.
        guard let reply = try connection.flush(until: deadline).last else { throw .lost("no reply") }
        return reply
      } catch {
        asked = error
        throw StoreError(error, path: shared.path)
      }
    }

    // MARK: Connecting

    private func connect(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> PostgresConnection {
      if hosts.isEmpty { hosts = shuffledHosts() }
      let options = shared.options
      let host = hosts.removeLast()
      let settings = options.address.settings(
        host: host, applicationName: options.applicationName, options: options.sessionSettings)
      do throws(PostgresFailure) {
        let transport = try shared.dialer.connect(settings, deadline, shared.environment.clock)
        let connection = PostgresConnection(transport, number: shared.nextConnection())
        try PostgresGreeting.check(connection, shared, until: deadline)
        return connection
      } catch .late {
        throw .lost("\(options.address.place(host)) does not answer in time, as PostgreSQL does")
      }
    }

    private func shuffledHosts() -> [Int] {
      var hosts = Array(0..<shared.options.address.hostCount)
      for index in hosts.indices.dropFirst() {
        let other = Int(clamping: shared.environment.random() % UInt64(clamping: index + 1))
        hosts.swapAt(index, other)
      }
      return hosts
    }
  }

  /// What is looked at on each new connection before anything is asked.
  enum PostgresGreeting {
    /// A code of its own, which no server sends: the database or the session cannot be used as it is.
    static let unfit = "HW000"

    private static let look = PostgresStatement(
      "greeting",
      """
      SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
        current_setting('server_encoding'), current_setting('server_version_num')::int,
        current_setting('synchronous_standby_names'), current_setting('client_min_messages'),
        current_setting('synchronous_commit'),
        CASE WHEN current_setting('server_version_num')::int >= 170000
          THEN set_config('transaction_timeout', '0', false) END
      """)

    static func check(
      _ connection: PostgresConnection, _ shared: PostgresShared, until deadline: ContinuousClock.Instant
    ) throws(PostgresFailure) {
      try connection.add(look)
      guard let reply = try connection.flush(until: deadline).first, reply.count == 1 else {
        throw .lost("the server does not say what it is")
      }
      guard !reply.flag(0, 0) else {
        throw .lost("a server is a standby, or takes no writes; name all servers in the URL, the primary among them")
      }
      guard reply.text(0, 1) == "UTF8" else {
        throw .refused(
          state: unfit,
          message:
            "the encoding of the database is \(reply.text(0, 1)); make one with CREATE DATABASE … ENCODING 'UTF8' "
            + "TEMPLATE template0")
      }
      guard reply.text(0, 4) == "warning", reply.text(0, 5) == shared.options.synchronousCommit else {
        throw .refused(
          state: unfit,
          message:
            "a proxy or the role changes settings of the session: client_min_messages is \(reply.text(0, 4)) and "
            + "synchronous_commit is \(reply.text(0, 5)); connect to the server itself")
      }
      connection.release = PostgresRelease(number: Int(clamping: reply.number(0, 2)))
      connection.standbys = reply.text(0, 3)
    }
  }
#endif
