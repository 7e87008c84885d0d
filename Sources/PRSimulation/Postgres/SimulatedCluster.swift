// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore
  import PRStoreMemory
  import PRStorePostgres

  /// Two servers of PostgreSQL, a primary and its synchronous standby, with a manager that promotes the standby. The engine over them is
  /// the one that is shipped; only the servers are simulated.
  ///
  /// `@unchecked Sendable`: one thread runs at a time.
  final class SimulatedCluster: SharedDatabase, @unchecked Sendable {
    private let world: World
    private let servers: [SimulatedServer]
    private var primary: SimulatedServer
    /// The standby takes nothing, and confirms nothing.
    private var isStandbyStopped = false
    /// A promotion, or a start, is under way.
    private var isChanging = false
    private let settings: PostgresOptions

    private var standby: SimulatedServer? { servers.first { $0 !== primary } }

    init(in world: World) {
      self.world = world
      servers = [SimulatedServer("db0", .primary, in: world), SimulatedServer("db1", .standby, in: world)]
      primary = servers[0]
      do {
        settings = PostgresOptions(try PostgresAddress("postgresql://db0,db1/headwater"))
      } catch {
        preconditionFailure("\(error)")
      }
      for server in servers { server.ship = { [unowned self, unowned server] in ship(server) } }
    }

    // MARK: SharedDatabase

    var rows: [Row] { primary.tables.feed.map { Row(tuple: $0.key, value: $0.names[3]) } }

    func holds(_ row: Row) -> Bool {
      primary.tables.feed.contains { $0.names[3] == row.value && $0.key == row.tuple }
    }

    var floors: [Floor] {
      primary.tables.floors.compactMap { row in
        Revision(row.names[2]).map {
          Floor(package: PackageKey(version: row.names[0], pkgarch: row.names[1]), value: $0)
        }
      }
    }

    func open(by process: MemoryProcess) async -> Store? {
      var environment = world.storeEnvironment(commit: .zero ... .microseconds(20), files: SystemFiles())
      let (queues, clock) = (environment.queue, environment.clock)
      environment.queue = { [world] thread in
        thread == .mark ? queues(thread) : WaitingQueue(world, takes: .microseconds(5) ... .microseconds(60))
      }
      environment.clock = StoreClock(
        // What a killed process still has to do is too late.
        now: { process.isKilled ? clock.now() + .seconds(1 << 28) : clock.now() },
        schedule: { delay, body in clock.schedule(delay) { if !process.isKilled { body() } } })
      let dialer = PostgresDialer(
        connect: { [self] settings, deadline, _ throws(PostgresFailure) in
          try connect(settings, until: deadline, process)
        },
        pause: { [world] time in world.threads.wait(until: world.time + time) })
      return await withCheckedContinuation { continuation in
        world.threads.run { [settings, environment] in
          continuation.resume(returning: try? Store.open(settings, in: environment, by: dialer).0)
        }
      }
    }

    func close(_ process: MemoryProcess) {
      for server in servers { server.close(process) }
    }

    private func connect(
      _ settings: [(key: String, value: String)], until deadline: ContinuousClock.Instant, _ process: MemoryProcess
    ) throws(PostgresFailure) -> any PostgresTransport {
      let host = settings.last { $0.key == "host" }?.value
      guard let server = servers.first(where: { $0.name == host }), !process.isKilled else {
        throw .lost("there is no server '\(host ?? "")'")
      }
      world.threads.wait(until: world.time + server.flight)
      guard server.role != .down, !process.isKilled else { throw .lost("connection to \(server.name) refused") }
      let waits = settings.contains { $0.key == "options" && $0.value.contains("synchronous_commit=on") }
      return server.accept(process, waitsForStandby: waits)
    }

    // MARK: Replication

    private func ship(_ server: SimulatedServer) {
      guard server === primary, let standby, standby.role == .standby, !isStandbyStopped else { return }
      let (count, start) = (server.log.count, standby.starts)
      server.later(.microseconds(50) ... .milliseconds(3)) { [self] in
        guard server === primary, standby.role == .standby, standby.starts == start, !isStandbyStopped else { return }
        if standby.log.count < count { standby.replay(server.log[standby.log.count..<count]) }
        let received = standby.log.count
        standby.later(.microseconds(50) ... .milliseconds(3)) { [self] in
          guard server === primary, !isStandbyStopped else { return }
          server.later(.microseconds(50) ... .milliseconds(1)) { server.acknowledge(received) }
        }
      }
    }

    // MARK: Faults

    func perform(_ fault: Story.DatabaseFault) {
      switch fault {
      case .cancel: primary.cancelCommit()
      case .terminate: primary.terminateCommit()
      case .crash: crash()
      case .promote: promote(leavesPrimary: false)
      case .isolate: promote(leavesPrimary: true)
      case .stopStandby: isStandbyStopped = true
      case .startStandby: startStandby()
      case .freeze: primary.freeze()
      case .thaw: primary.thaw()
      case .emptyNames: primary.name(standbys: "")
      case .restoreNames: primary.name(standbys: "standby")
      }
    }

    /// All faults end.
    func heal() {
      startStandby()
      for server in servers {
        server.thaw()
        server.name(standbys: "standby")
      }
    }

    private func startStandby() {
      isStandbyStopped = false
      ship(primary)
    }

    /// The primary's processes end, and start again by themselves.
    private func crash() {
      guard !isChanging else { return }
      isChanging = true
      primary.stop()
      world.loop.after(world.random.time(.milliseconds(200) ... .seconds(2))) { [self] in
        isChanging = false
        primary.start(as: .primary)
      }
    }

    /// The standby takes the place of the primary.
    ///
    /// - Parameter leavesPrimary: the manager cannot reach the old primary, which goes on for some seconds, without a standby.
    private func promote(leavesPrimary: Bool) {
      guard !isChanging, let standby else { return }
      isChanging = true
      let old = primary
      if leavesPrimary { isStandbyStopped = true } else { old.stop() }
      world.loop.after(world.random.time(.seconds(1) ... .seconds(5))) { [self] in
        primary = standby
        isStandbyStopped = false
        standby.start(as: .primary)
        world.loop.after(world.random.time(.milliseconds(100) ... .seconds(10))) { [self] in
          old.stop()
          old.rewind(to: standby.log)
          old.start(as: .standby)
          isChanging = false
          standby.acknowledge(standby.log.count)
          ship(standby)
        }
      }
    }
  }

  extension SimulatedTables.FeedRow {
    var key: TupleKey { TupleKey(version: names[0], pkgarch: names[1], checksum: names[2]) }
  }
#endif
