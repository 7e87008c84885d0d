// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore
  import PRStoreMemory
  import PRStorePostgres

  /// A server with its log, as far as the store depends on it: a transaction's rows are in the log when its COMMIT begins to wait for
  /// the standby, and are seen by others when the wait ends, however it ends.
  ///
  /// `@unchecked Sendable`: one thread runs at a time.
  final class SimulatedServer: @unchecked Sendable {
    enum Role { case primary, standby, down }

    let name: String
    let world: World
    /// Sends the log to the other server.
    var ship: () -> Void = {}
    private(set) var role: Role
    /// What its sessions see.
    private(set) var tables = SimulatedTables()
    /// What is on its disk.
    private(set) var log: [SimulatedRecord] = []
    /// Which records of the log the tables have.
    private var applied: [Bool] = []
    /// `synchronous_standby_names`, as its settings have it and as its sessions see it.
    private var configuredNames = "standby"
    private var standbyNames = "standby"
    private var namesChanged = Duration.zero
    /// When it last went on after it was frozen.
    private var thawed = Duration.zero
    /// So many records are on the standby's disk, as far as the server has got word of it.
    private var acknowledged = 0
    private var waiting: [Wait] = []
    private var locks: [String: Lock] = [:]
    private var sessions: [Int: WeakSession] = [:]
    private var accepted = 0
    /// Grows with each start: what was under way before is gone.
    private(set) var starts = 0
    /// The process is stopped: it does nothing, and its connections stay open.
    private var isFrozen = false
    private var held: [() -> Void] = []

    private struct WeakSession { weak var session: SimulatedSession? }

    /// A commit that waits for the standby.
    private struct Wait {
      let place: Int
      let session: SimulatedSession
      let end: (_ warning: String?) -> Void
    }

    private struct Lock {
      var holder: Int
      var queue: [(session: SimulatedSession, number: Int, take: () -> Void)] = []
    }

    init(_ name: String, _ role: Role, in world: World) {
      self.name = name
      self.role = role
      self.world = world
    }

    /// What a packet takes from one machine to another.
    var flight: Duration { world.random.time(.microseconds(50) ... .milliseconds(1)) }

    /// Does something after some time, unless the server has ended meanwhile.
    func later(_ time: ClosedRange<Duration>, _ body: @escaping () -> Void) {
      let start = starts
      world.loop.after(world.random.time(time)) { [self] in
        guard start == starts else { return }
        if isFrozen { held.append { [self] in if start == starts { body() } } } else { body() }
      }
    }

    // MARK: Sessions

    func accept(_ process: MemoryProcess, waitsForStandby: Bool) -> SimulatedSession {
      accepted += 1
      let session = SimulatedSession(self, number: accepted, of: process, waitsForStandby: waitsForStandby)
      sessions[accepted] = WeakSession(session: session)
      return session
    }

    func forget(_ session: Int) {
      sessions[session] = nil
      // The server finds that the client has left.
      world.loop.after(.milliseconds(1)) { [self] in release(session) }
    }

    /// The connections of a process that was killed end, and their transactions with them.
    func close(_ process: MemoryProcess) {
      for session in open where session.process === process {
        session.lose()
        later(.microseconds(100) ... .milliseconds(2)) { [self] in
          if !session.isCommitting { terminate(session) }
        }
      }
    }

    /// In the order in which they came.
    private var open: [SimulatedSession] { sessions.keys.sorted().compactMap { sessions[$0]?.session } }

    /// Takes statements, which are done one after another.
    func take(_ statements: [SimulatedSession.Statement], of session: SimulatedSession) {
      guard role != .down, sessions[session.number] != nil else { return }
      session.flushes += 1
      later(.zero ... .microseconds(20)) { [self] in perform(statements[...], of: session, []) }
    }

    private func perform(
      _ statements: ArraySlice<SimulatedSession.Statement>, of session: SimulatedSession, _ replies: [PostgresReply],
      warning: String? = nil
    ) {
      // A session that has ended does nothing more of its flush.
      guard sessions[session.number] != nil else { return }
      guard let (name, parameters) = statements.first else {
        session.answer(.success(replies), warning: warning)
        return watchIdle(session)
      }
      let goOn = { [self] (reply: PostgresReply, warned: String?) in
        later(.microseconds(5) ... .microseconds(60)) { [self] in
          perform(statements.dropFirst(), of: session, replies + [reply], warning: warned ?? warning)
        }
      }
      if session.hasFailed, name != "rollback", name != "commit" {
        return fail(session, "25P02", "current transaction is aborted")
      }
      switch name {
      case "begin", "begin snapshot":
        (session.record, session.hasFailed) = (SimulatedRecord(), false)
        (session.hasSnapshot, session.snapshot) = (name == "begin snapshot", nil)
        goOn(PostgresReply([], tag: "BEGIN"), nil)
      case "rollback":
        end(session)
        goOn(PostgresReply([], tag: "ROLLBACK"), nil)
      case "commit" where session.hasFailed:
        end(session)
        goOn(PostgresReply([], tag: "ROLLBACK"), nil)
      case "commit": commit(session) { goOn(PostgresReply([], tag: "COMMIT"), $0) }
      case "locked end", "schema lock":
        lock(name, session) { [self] in
          goOn(read(name, parameters, session) ?? PostgresReply([[[]]], tag: "SELECT 1"), nil)
        }
      default:
        if let reply = read(name, parameters, session) { return goOn(reply, nil) }
        write(name, parameters, session, goOn)
      }
    }

    private func read(
      _ name: String, _ parameters: [PostgresParameter], _ session: SimulatedSession
    ) -> PostgresReply? {
      switch name {
      case "greeting":
        return PostgresReply(
          [
            [
              SimulatedStatements.flag(role != .primary), SimulatedStatements.text("UTF8"),
              SimulatedStatements.number(150_018), SimulatedStatements.text(standbyNames),
              SimulatedStatements.text("warning"),
              SimulatedStatements.text(session.waitsForStandby ? "on" : "local"), nil,
            ]
          ], tag: "SELECT 1")
      case "standbys": return PostgresReply([[SimulatedStatements.text(standbyNames)]], tag: "SHOW")
      default:
        if session.hasSnapshot, session.snapshot == nil { session.snapshot = tables }
        return SimulatedStatements.read(name, parameters, session.snapshot ?? tables).map {
          PostgresReply($0, tag: "SELECT \($0.count)")
        }
      }
    }

    private func write(
      _ name: String, _ parameters: [PostgresParameter], _ session: SimulatedSession,
      _ goOn: (PostgresReply, String?) -> Void
    ) {
      var record = session.record ?? SimulatedRecord()
      guard SimulatedStatements.write(name, parameters, &record) else {
        preconditionFailure("the simulated server has no statement '\(name)'")
      }
      if record.feed.contains(where: tables.refuses) {
        return fail(session, "23505", "duplicate key value violates a unique constraint")
      }
      session.record = record
      goOn(PostgresReply([], tag: "INSERT"), nil)
    }

    /// An error: what follows in the flush is not done.
    private func fail(_ session: SimulatedSession, _ state: String, _ message: String) {
      session.hasFailed = session.record != nil
      session.answer(.failure(.refused(state: state, message: message)), warning: nil)
      watchIdle(session)
    }

    /// A transaction that waits for its client for three seconds ends with the session.
    private func watchIdle(_ session: SimulatedSession) {
      guard session.record != nil else { return }
      let flushes = session.flushes
      later(.seconds(3) ... .seconds(3)) { [self, weak session] in
        guard let session, session.flushes == flushes, session.record != nil else { return }
        terminate(session)
      }
    }

    /// The transaction of a session is over.
    private func end(_ session: SimulatedSession) {
      (session.record, session.snapshot, session.hasFailed, session.hasSnapshot) = (nil, nil, false, false)
      release(session.number)
    }

    private func terminate(_ session: SimulatedSession) {
      end(session)
      sessions[session.number] = nil
      session.lose()
    }

    // MARK: Locks

    private func lock(_ name: String, _ session: SimulatedSession, _ take: @escaping () -> Void) {
      guard let lock = locks[name], lock.holder != session.number else {
        locks[name] = locks[name] ?? Lock(holder: session.number)
        return take()
      }
      let number = session.flushes
      locks[name]?.queue.append((session, number, take))
      later(.seconds(3) ... .seconds(3)) { [self] in
        guard let place = locks[name]?.queue.firstIndex(where: { $0.session === session && $0.number == number })
        else { return }
        locks[name]?.queue.remove(at: place)
        fail(session, "55P03", "canceling statement due to lock timeout")
      }
    }

    private func release(_ session: Int) {
      for name in locks.keys.sorted() {
        locks[name]?.queue.removeAll { $0.session.number == session }
        guard locks[name]?.holder == session else { continue }
        guard let next = locks[name]?.queue.first else {
          locks[name] = nil
          continue
        }
        locks[name]?.queue.removeFirst()
        locks[name]?.holder = next.session.number
        later(.zero ... .microseconds(20), next.take)
      }
    }

    // MARK: Commits

    private func commit(_ session: SimulatedSession, _ done: @escaping (_ warning: String?) -> Void) {
      guard let record = session.record, !record.isEmpty else {
        end(session)
        return done(nil)
      }
      session.isCommitting = true
      later(.microseconds(100) ... .milliseconds(2)) { [self] in
        log.append(record)
        applied.append(false)
        let place = log.count
        let wait = Wait(place: place, session: session) { [self] warning in
          apply(place - 1)
          session.isCommitting = false
          end(session)
          done(warning)
        }
        ship()
        if session.waitsForStandby, !standbyNames.isEmpty, acknowledged < place {
          waiting.append(wait)
        } else {
          wait.end(nil)
        }
      }
    }

    private func apply(_ index: Int) {
      guard !applied[index] else { return }
      applied[index] = true
      tables.apply(log[index])
    }

    /// The standby has so many records on its disk.
    func acknowledge(_ count: Int) {
      acknowledged = max(acknowledged, count)
      endWaits { $0.place <= acknowledged }
    }

    private func endWaits(_ warning: String? = nil, _ ends: (Wait) -> Bool) {
      let over = waiting.filter(ends)
      waiting.removeAll(where: ends)
      for wait in over { wait.end(warning) }
    }

    // MARK: Faults

    /// An administrator cancels the commit that has waited longest.
    func cancelCommit() {
      guard let first = waiting.first?.place else { return }
      endWaits("canceling wait for synchronous replication due to user request") { $0.place == first }
    }

    /// An administrator ends the session whose commit has waited longest.
    func terminateCommit() {
      guard !waiting.isEmpty else { return }
      let wait = waiting.removeFirst()
      apply(wait.place - 1)
      terminate(wait.session)
    }

    /// The names of the standbys are changed. Without one, commits that wait are released as if they were confirmed.
    ///
    /// A change follows another one after 50 ms in which the server runs, at the earliest: names that are there again when a session
    /// looks behind its commit cannot be told from names that were never gone.
    func name(standbys: String) {
      configuredNames = standbys
      let wait = max(max(namesChanged, thawed) + .milliseconds(50) - world.time, .zero)
      later(wait...wait + .milliseconds(5)) { [self] in
        guard standbyNames != configuredNames else { return }
        guard world.time >= thawed + .milliseconds(50) else { return name(standbys: configuredNames) }
        (standbyNames, namesChanged) = (configuredNames, world.time)
        if standbyNames.isEmpty { endWaits { _ in true } }
      }
    }

    /// The processes of the server end. What is on disk stays.
    func stop() {
      role = .down
      starts += 1
      (isFrozen, held, waiting, locks) = (false, [], [], [:])
      for session in open { session.lose() }
      sessions = [:]
    }

    /// The server reads its log: what is on disk is seen, whatever the standby has.
    func start(as role: Role) {
      self.role = role
      (acknowledged, standbyNames) = (0, configuredNames)
      guard role == .primary else { return }
      for index in log.indices { apply(index) }
      ship()
    }

    /// The standby takes records of the primary's log.
    func replay(_ records: ArraySlice<SimulatedRecord>) {
      log += records
      applied += records.map { _ in false }
    }

    /// It begins anew with the log of another server.
    func rewind(to log: [SimulatedRecord]) {
      (tables, self.log, applied) = (SimulatedTables(), log, log.map { _ in false })
    }

    func freeze() { isFrozen = true }

    func thaw() {
      if isFrozen { thawed = world.time }
      isFrozen = false
      let work = held
      held = []
      for body in work { body() }
    }
  }
#endif
