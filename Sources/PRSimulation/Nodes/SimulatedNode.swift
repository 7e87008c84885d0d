// SPDX-License-Identifier: Apache-2.0
import Logging
import PRMembership
import PRNode
import PRRevision
import PRStore
import PRStoreMemory

/// A machine with a node's database, and the process that serves it: the parts that the program joins, on a simulated world.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
package final class SimulatedNode: @unchecked Sendable {
  private(set) package var plan: NodePlan
  let network: Network
  let disk: SimulatedDisk
  private let clock: NodeClock
  /// Servers that several nodes share, in place of a disk.
  private let shared: (any SharedDatabase)?
  private let stockRows = StockServer.Database()
  private var stock: StockServer?
  private var process: NodeProcess?
  /// Earlier servers of the process, which finish what their clients have asked.
  private var draining: [NodeProcess] = []
  /// The starts so far.
  private(set) package var lives = 0

  private let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

  /// - Parameter disk: where the database is; nil for a new one.
  package convenience init(_ plan: NodePlan, disk: SimulatedDisk? = nil, on network: Network) {
    self.init(plan, disk: disk, shared: nil, on: network)
  }

  init(_ plan: NodePlan, disk: SimulatedDisk?, shared: (any SharedDatabase)?, on network: Network) {
    self.plan = plan
    self.network = network
    self.shared = shared
    self.disk = disk ?? SimulatedDisk(of: plan.name)
    clock = NodeClock(network.world)
  }

  package var database: MemoryDatabase { disk.database }

  /// For another process. What the one before says of alarms from now on is not looked at.
  private func makeSurroundings() -> NodeSurroundings {
    processes += 1
    let number = processes
    return NodeSurroundings(
      plan: plan, disk: disk, shared: shared, network: network, clock: clock,
      alarms: { [unowned self] cause, stands in
        if number == processes { alarmed(cause, stands) }
      }, reload: { [weak self] in self?.reload() })
  }

  /// How its wall clock differs from the world's, in milliseconds.
  var clockOffset: Int64 {
    get { clock.offset }
    set { clock.offset = newValue }
  }

  /// In milliseconds since 1970.
  var wall: Int64 { clock.now }

  private var processes = 0

  /// The alarms that its processes have had, since the beginning. With a process all of its alarms end.
  private(set) var alarmEvents: [AlarmEvent] = []

  struct AlarmEvent: Hashable, Sendable {
    let cause: String
    /// False where it has ended.
    let isRaised: Bool
    let at: Duration
  }

  private func alarmed(_ cause: String, _ stands: Bool) {
    alarmEvents.append(AlarmEvent(cause: cause, isRaised: stands, at: network.world.time))
  }

  private func endAlarms(of process: NodeProcess?) {
    for alarm in process?.node?.alarms.all.all ?? [] { alarmed(alarm.cause, false) }
  }

  /// Alarms of a predecessor that have not come again have ended.
  private func endFormerAlarms(of former: [String], at generation: Int) {
    guard generation == processes else { return }
    let open = Set(node?.alarms.all.all.map(\.cause) ?? [])
    for cause in former where !open.contains(cause) { alarmed(cause, false) }
  }

  /// The member that the process is, if it is one.
  var member: FederationMember? { process?.member }

  /// The authority that the process is, if it is one.
  var authority: FederationAuthority? { process?.authority }

  /// With what the lease of a member says.
  var currentPlan: NodePlan { process?.plan ?? plan }

  package var isRunning: Bool { process != nil || stock != nil }

  /// Its program does not serve the database as it is. It is started again, as a service manager does, where that has changed.
  var hasRefused: Bool { process?.hasRefused == true }

  package var node: Node? { process?.node }

  package var counters: RequestCounters? { process?.server?.counters }

  /// What a copy of the node has to hold.
  var rows: [Row] {
    if let shared { return shared.rows }
    guard plan.isStock else { return database.rows }
    return stockRows.rows.map { tuple, value in
      let key = TupleKey(version: tuple.package, pkgarch: tuple.pkgarch, checksum: tuple.checksum)
      return Row(tuple: key, value: "\(value)")
    }
  }

  var floors: [Floor] { shared?.floors ?? database.floors }

  /// Whether a row is on record.
  func holds(_ row: Row) -> Bool { shared?.holds(row) ?? database.holds(row) }

  /// Begins to serve.
  package func start() {
    guard !isRunning else { return }
    network.setLost(plan.name, false)
    lives += 1
    guard !plan.isStock else { return startStock() }
    let process = NodeProcess(makeSurroundings(), logger)
    self.process = process
    process.start()
  }

  /// The process is killed.
  ///
  /// - Parameter isMachineLost: its connections do not end.
  package func kill(isMachineLost: Bool = false) {
    network.setLost(plan.name, isMachineLost)
    endAlarms(of: process)
    processes += 1
    process?.kill(isMachineLost: isMachineLost)
    process = nil
    for old in draining { old.kill(isMachineLost: isMachineLost) }
    draining = []
    guard let stock else { return }
    network.stopListening(at: plan.name)
    stock.kill(isMachineLost: isMachineLost)
    self.stock = nil
  }

  /// Another server takes the place of this one, in the same process. This one finishes what its clients have asked.
  func reload() {
    guard let old = process, !old.hasRefused else { return }
    old.drain()
    draining.removeAll(where: \.isDead)
    draining.append(old)
    let new = NodeProcess(makeSurroundings(), logger, after: old)
    process = new
    new.start()
    guard let former = old.node?.alarms.all.all.map(\.cause), !former.isEmpty else { return }
    network.world.loop.after(.seconds(61)) { [weak self, processes] in
      self?.endFormerAlarms(of: former, at: processes)
    }
  }

  private func startStock() {
    let server = StockServer(stockRows)
    stock = server
    network.listen(at: plan.name) { end in server.accept(end) }
  }

  /// The process is killed, and another one serves the database under another plan.
  func restart(as plan: NodePlan) {
    let wasRunning = isRunning
    if wasRunning { kill() }
    self.plan = plan
    if wasRunning { start() }
  }

  /// The process ends, and another one serves the database.
  func restart() { restart(as: plan) }

  package func backUp() -> MemoryDatabase { MemoryDatabase(copying: database, identity: database.identity) }
}

/// Where a database is. Several nodes may serve it.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
package final class SimulatedDisk: @unchecked Sendable {
  private(set) package var database: MemoryDatabase

  /// A disk with an empty database.
  ///
  /// - Parameter name: of the node whose store it is.
  package init(of name: String) { database = MemoryDatabase(identity: "store-of-\(name)") }

  /// A disk with an empty database that introduces itself to others as those of programs do.
  init(identifiedBy name: String) {
    let start: UInt64 = 0xCBF2_9CE4_8422_2325
    let number = name.utf8.reduce(start) { ($0 ^ UInt64(clamping: $1)) &* 0x100_0000_01B3 }
    let digits = String(number % 0x1_0000_0000_0000, radix: 16)
    let text = String(repeating: "0", count: max(12 - digits.utf8.count, 0)) + digits
    database = MemoryDatabase(identity: "51000000-0000-4000-8000-\(text)")
  }

  /// The folder of the keys.
  private(set) var keyFiles = SimulatedKeyFiles()

  /// It holds what another one holds now, the keys with it. No process may serve it.
  func copy(_ other: SimulatedDisk) {
    restore(other.database)
    keyFiles = SimulatedKeyFiles(copying: other.keyFiles)
  }

  /// The database is an earlier one again. No process may serve it.
  package func restore(_ backup: MemoryDatabase) {
    database = MemoryDatabase(copying: backup, identity: backup.identity)
  }
}

/// The wall clock of a machine.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class NodeClock: @unchecked Sendable {
  private let world: World
  /// In milliseconds.
  var offset: Int64 = 0

  init(_ world: World) { self.world = world }

  /// In milliseconds since 1970.
  var now: Int64 { world.wall + offset }
}
