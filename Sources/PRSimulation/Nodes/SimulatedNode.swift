// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import PRClient
import PRNode
import PRRevision
import PRServer
import PRStore
import PRStoreMemory
import PRSync
import PRUpstream
import PRWire
import Synchronization

/// A machine with a node's database, and the process that serves it: the parts that the program joins, on a simulated world.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
package final class SimulatedNode: @unchecked Sendable {
  private(set) package var plan: NodePlan
  let network: Network
  private let disk: SimulatedDisk
  /// Servers that several nodes share, in place of a disk.
  private let shared: (any SharedDatabase)?
  private let stockRows = StockServer.Database()
  private var stock: StockServer?
  private var process: Process?
  /// Earlier servers of the process, which finish what their clients have asked.
  private var draining: [Process] = []
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
  }

  package var database: MemoryDatabase { disk.database }

  package var isRunning: Bool { process != nil || stock != nil }

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
    let process = Process(plan, database, shared, on: network, logger)
    self.process = process
    process.start()
  }

  /// The process is killed.
  ///
  /// - Parameter isMachineLost: its connections do not end.
  package func kill(isMachineLost: Bool = false) {
    network.setLost(plan.name, isMachineLost)
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
    guard let old = process else { return }
    old.drain()
    draining.removeAll(where: \.isDead)
    draining.append(old)
    let new = Process(plan, database, shared, on: network, logger)
    process = new
    new.start()
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

  /// The database is an earlier one again. No process may serve it.
  package func restore(_ backup: MemoryDatabase) {
    database = MemoryDatabase(copying: backup, identity: backup.identity)
  }
}

/// One life of a node.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
private final class Process: @unchecked Sendable {
  private let plan: NodePlan
  private let database: MemoryDatabase
  private let shared: (any SharedDatabase)?
  private let network: Network
  private let logger: Logger
  private let handle = MemoryProcess()
  private var task: Task<Void, Never>?
  private var channels: [SimulatedChannel] = []
  private(set) var node: Node?
  private(set) var server: LoopServer?
  private var upstream: Upstream?
  private let observer = LevelObserver()
  private(set) var isDead = false
  private var isDraining = false

  private var world: World { network.world }

  init(
    _ plan: NodePlan, _ database: MemoryDatabase, _ shared: (any SharedDatabase)?, on network: Network,
    _ logger: Logger
  ) {
    self.plan = plan
    self.database = database
    self.shared = shared
    self.network = network
    self.logger = logger
  }

  func start() {
    task = Task(executorPreference: world.syncEnvironment.executor) {
      do {
        try await self.run()
      } catch {
        precondition(self.isDead, "a node in memory starts: \(error)")
      }
    }
  }

  private func run() async throws {
    guard let store = try await openStore() else { return }
    upstream = try await startUpstream(store)
    let node = Node(store: store, policy: try await policy(store), upstream: upstream) { [world] in world.wall }
    observer.tell(node)
    guard !isDead else { return }
    self.node = node
    let server = try LoopServer(
      node: node, options: ServerOptions(version: "simulated"), loop: world.loop, logger: logger)
    self.server = server
    network.listen(at: plan.name) { [unowned self] end in accept(end, server) }
    guard let every = plan.syncEvery, !plan.upstreams.isEmpty, plan.policy.upstreamAway != .offline else { return }
    var options = SyncOptions(peers: dialers(store), every: every)
    options.page = plan.page
    let synchronizer = Synchronizer(
      store: store, options: options, now: { [world] in world.wall },
      in: world.syncEnvironment, tell: { _ in })
    await synchronizer.follow()
  }

  /// - Returns: nil when the process was killed meanwhile.
  private func openStore() async throws -> Store? {
    guard let shared else {
      return try database.open(
        by: handle, in: world.storeEnvironment(commit: plan.commit, files: SystemFiles()))
    }
    while !isDead {
      if let store = await shared.open(by: handle) { return store }
      // As a service manager starts it again.
      await world.pause(.seconds(1))
    }
    return nil
  }

  private func startUpstream(_ store: Store) async throws -> Upstream? {
    guard !plan.upstreams.isEmpty, plan.policy.upstreamAway != .offline else { return nil }
    var options = UpstreamOptions(
      peers: dialers(store), deadline: plan.upstreamDeadline, ownStore: store.identity)
    options.now = { [world] in world.instant }
    options.wall = { [world] in world.wall }
    options.jitter = { [world] in world.random.fraction() }
    return try await Upstream.start(options, on: world.loop) { [observer] in observer.take($0) }
  }

  private func dialers(_ store: Store) -> [Dialer] {
    plan.upstreams.map { host in
      var dialer = Dialer(.tcp(host: host, port: 8585), limits: WireLimits(message: 64 << 20), asksForDescription: true)
      dialer.introduction = PeerDescription(
        server: "headwater/simulated", store: store.identity, lane: plan.policy.isReadOnly ? nil : plan.policy.lane)
      dialer.transport = Transport { [weak self] server, loop, timeout, initialize in
        self?.connect(server, loop, timeout, initialize)
          ?? loop.makeFailedFuture(IOError(errnoCode: 111, reason: "connect"))
      }
      return dialer
    }
  }

  /// At the level of the upstream's last answer.
  private func policy(_ store: Store) async throws -> NodePolicy {
    var policy = plan.policy
    policy.isBelow = !plan.upstreams.isEmpty
    guard policy.isBelow, case .partitioned(let partition) = policy.numbering else { return policy }
    let kept = try await store.read { reader throws(StoreError) in try reader.note(.level) }.flatMap { Int($0) }
    guard let kept else { return policy }
    policy.numbering = .partitioned(Partition(level: kept, lane: partition.lane))
    return policy
  }

  // MARK: Connections

  private func connect(
    _ server: Endpoint, _ loop: any EventLoop, _ timeout: Duration, _ initialize: @escaping Transport.Initializer
  ) -> EventLoopFuture<any Channel> {
    let connected = loop.makePromise(of: (any Channel).self)
    guard case .tcp(let host, _) = server, !isDead else {
      connected.fail(IOError(errnoCode: 111, reason: "connect"))
      return connected.futureResult
    }
    let timer = loop.scheduleTask(in: TimeAmount(timeout)) {
      connected.fail(ChannelError.connectTimeout(TimeAmount(timeout)))
    }
    var isOver = false
    connected.futureResult.whenComplete { _ in timer.cancel() }
    connected.futureResult.assumeIsolated().whenFailure { _ in isOver = true }
    network.connect(from: plan.name, to: host) { [self] outcome in
      switch outcome {
      case .refused: connected.fail(IOError(errnoCode: 111, reason: "connect"))
      case .connected(let end):
        guard !isDead, !isOver else { return end.close() }
        let channel = SimulatedChannel(end, on: loop, from: nil, allowsHalfClosure: false)
        keep(channel)
        initialize(channel).assumeIsolated().whenComplete { result in
          switch result {
          case .failure(let error):
            channel.close(promise: nil)
            connected.fail(error)
          case .success:
            channel.begin()
            connected.succeed(channel)
          }
        }
      }
    }
    return connected.futureResult
  }

  private func accept(_ end: SimulatedConnection.End, _ server: LoopServer) {
    let address = try? SocketAddress(ipAddress: "10.0.0.1", port: 1)
    let channel = SimulatedChannel(end, on: world.loop, from: address, allowsHalfClosure: true)
    keep(channel)
    do {
      try server.accept(channel, on: .tcp(host: plan.name, port: 8585))
      channel.begin()
    } catch {
      channel.close(promise: nil)
    }
  }

  private func keep(_ channel: SimulatedChannel) {
    channels.append(channel)
    if channels.count > 64, channels.count.isMultiple(of: 64) { channels.removeAll { !$0.isActive } }
  }

  /// Takes no more connections, and ends when those that are open have ended.
  func drain() {
    isDraining = true
    network.stopListening(at: plan.name)
    task?.cancel()
    let emptied = world.loop.makePromise(of: Void.self)
    emptied.futureResult.whenComplete { [self] _ in kill(isMachineLost: false) }
    if let server { server.drain(emptied: emptied) } else { emptied.succeed() }
  }

  func kill(isMachineLost: Bool) {
    guard !isDead else { return }
    isDead = true
    handle.kill()
    shared?.close(handle)
    if !isDraining { network.stopListening(at: plan.name) }
    for channel in channels { channel.kill(isMachineLost: isMachineLost) }
    channels = []
    // The dead process asks for nothing more.
    task?.cancel()
    observer.forget()
    if let upstream { Task(executorPreference: world.syncEnvironment.executor) { try? await upstream.stop() } }
  }
}

/// Takes over the level that upstreams report, from before the node is there, too.
private final class LevelObserver: Sendable {
  private let state = Mutex((node: Node?.none, level: Int?.none))

  func take(_ event: UpstreamEvent) {
    if case .looping(_, let circle) = event { state.withLock { $0.node }?.cameRound(circle, saidBelow: false) }
    guard case .greeted(_, let description) = event else { return }
    guard let level = description.levelForNodesBelow else { return }
    let node = state.withLock { state in
      state.level = level
      return state.node
    }
    node?.learn(upstreamLevel: level)
  }

  /// From now on no node learns of them.
  func forget() { state.withLock { $0.node = nil } }

  func tell(_ node: Node) {
    let level = state.withLock { state in
      state.node = node
      return state.level
    }
    if let level { node.learn(upstreamLevel: level) }
  }
}
