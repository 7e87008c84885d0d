// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import PRClient
import PRMembership
import PRNode
import PRRevision
import PRServer
import PRStore
import PRStoreMemory
import PRSync
import PRTLS
import PRUpstream
import PRWire
import Synchronization

/// What a process of a node stands on.
struct NodeSurroundings {
  var plan: NodePlan
  let disk: SimulatedDisk
  /// Servers that several nodes share, in place of a disk.
  let shared: (any SharedDatabase)?
  let network: Network
  let clock: NodeClock
  /// Gets the alarms that begin and end.
  let alarms: @Sendable (_ cause: String, _ stands: Bool) -> Void
  /// As a signal has the options read again.
  let reload: @Sendable () -> Void
}

/// One life of a node.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class NodeProcess: @unchecked Sendable {
  let surroundings: NodeSurroundings
  /// With what the database says of its place in a federation.
  var plan: NodePlan
  let logger: Logger
  /// Whose place it takes in the same process.
  let predecessor: NodeProcess?
  private let handle = MemoryProcess()
  private var task: Task<Void, Never>?
  private var channels: [SimulatedChannel] = []
  private(set) lazy var outgoing = OutgoingConnections(from: plan.name, on: network) { [unowned self] in keep($0) }
  private(set) var node: Node?
  private(set) var server: LoopServer?
  private var upstream: Upstream?
  private let observer = LevelObserver()
  private(set) var isDead = false
  /// The program has ended with an error: it does not serve such a database.
  var hasRefused = false
  private var isDraining = false
  /// Its part in a federation.
  var part: ManagedPart?
  /// Ends what holds the node beside it.
  var forget: () -> Void = {}

  var world: World { network.world }
  var network: Network { surroundings.network }

  /// - Parameter predecessor: whose place it takes in the same process.
  init(_ surroundings: NodeSurroundings, _ logger: Logger, after predecessor: NodeProcess? = nil) {
    self.surroundings = surroundings
    plan = surroundings.plan
    self.logger = logger
    self.predecessor = plan.isWatched ? predecessor : nil
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
    if plan.isWatched { return try await runWatched(store) }
    upstream = try await startUpstream(store) { [observer] in observer.take($0) }
    let node = Node(store: store, policy: try await policy(store), upstream: upstream) {
      [clock = surroundings.clock] in clock.now
    }
    observer.tell(node)
    guard !isDead else { return }
    self.node = node
    try serve(node)
    await copy(store) { _ in }
  }

  func serve(_ node: Node, federation: (any FederationAnswering)? = nil) throws {
    self.node = node
    var options = ServerOptions(version: "simulated")
    if plan.isOld { options.withheld = [.via] }
    let server = try LoopServer(
      node: node, options: options, federation: federation, loop: world.loop, logger: logger)
    self.server = server
    network.listen(at: plan.name) { [unowned self] end in accept(end, server) }
  }

  /// Keeps the copy, if it is to have one.
  func copy(_ store: Store, _ tell: @escaping @Sendable (SyncEvent) -> Void) async {
    await synchronizer(store, tell)?.follow()
  }

  /// - Returns: nil for a node without a copy.
  func synchronizer(_ store: Store, _ tell: @escaping @Sendable (SyncEvent) -> Void) -> Synchronizer? {
    guard let every = plan.syncEvery, !plan.upstreams.isEmpty, plan.policy.upstreamAway != .offline else { return nil }
    var options = SyncOptions(peers: dialers(store), every: every)
    options.page = plan.page
    return Synchronizer(
      store: store, options: options, now: { [clock = surroundings.clock] in clock.now },
      in: world.syncEnvironment, tell: tell)
  }

  /// - Returns: nil when the process was killed meanwhile.
  private func openStore() async throws -> Store? {
    guard let shared = surroundings.shared else {
      return try surroundings.disk.database.open(
        by: handle, in: world.storeEnvironment(commit: plan.commit, files: SystemFiles()))
    }
    while !isDead {
      if let store = await shared.open(by: handle) { return store }
      // As a service manager starts it again.
      await world.pause(.seconds(1))
    }
    return nil
  }

  func startUpstream(
    _ store: Store, _ observe: @escaping @Sendable (UpstreamEvent) -> Void
  ) async throws -> Upstream? {
    guard !plan.upstreams.isEmpty, plan.policy.upstreamAway != .offline else { return nil }
    var options = UpstreamOptions(
      peers: dialers(store), deadline: plan.upstreamDeadline, ownStore: store.identity)
    options.now = { [world] in world.instant }
    options.wall = { [clock = surroundings.clock] in clock.now }
    options.jitter = { [world] in world.random.fraction() }
    let upstream = try await Upstream.start(options, on: world.loop, tell: observe)
    self.upstream = upstream
    return upstream
  }

  private func dialers(_ store: Store) -> [Dialer] {
    plan.upstreams.map { host in
      var dialer = Dialer(.tcp(host: host, port: 8585), limits: WireLimits(message: 64 << 20), asksForDescription: true)
      dialer.introduction = PeerDescription(
        server: "headwater/simulated", features: plan.isWatched && !plan.isOld ? [.via] : [], store: store.identity,
        lane: plan.policy.isReadOnly || plan.hidesLane ? nil : plan.policy.lane)
      dialer.memberConnections = part?.connections
      dialer.transport = outgoing.transport(part?.credentials)
      return dialer
    }
  }

  /// At the level of the upstream's last answer.
  func policy(_ store: Store) async throws -> NodePolicy {
    var policy = plan.policy
    policy.isBelow = !plan.upstreams.isEmpty
    guard policy.isBelow, case .partitioned(let partition) = policy.numbering else { return policy }
    let kept = try await store.read { reader throws(StoreError) in try reader.note(.level) }.flatMap { Int($0) }
    guard let kept else { return policy }
    policy.numbering = .partitioned(Partition(level: kept, lane: partition.lane))
    return policy
  }

  /// The one before has ended, as far as two must not run at once.
  func waitForPredecessor() async { await predecessor?.part?.ended() }

  // MARK: Connections

  private func accept(_ end: SimulatedConnection.End, _ server: LoopServer) {
    guard let handshake = end.handshake else { return accept(end, server, from: "10.0.0.1", nil) }
    guard let part, let identity = try? SimulatedIdentity(part.keys) else { return end.close() }
    handshake.server = identity
    if let client = handshake.client, let refusal = identity.refusal(of: client, at: surroundings.clock.now / 1000) {
      handshake.refusal = refusal
      return end.close()
    }
    accept(end, server, from: network.address(of: end.direction.to), handshake)
  }

  private func accept(
    _ end: SimulatedConnection.End, _ server: LoopServer, from address: String, _ handshake: SimulatedHandshake?
  ) {
    let address = try? SocketAddress(ipAddress: address, port: 1)
    let channel = SimulatedChannel(end, on: world.loop, from: address, allowsHalfClosure: true)
    keep(channel)
    do {
      guard let handshake else {
        try server.accept(channel, on: .tcp(host: plan.name, port: 8585))
        return channel.begin()
      }
      try channel.pipeline.syncOperations.addHandler(WireCloak(network.cloaks))
      try server.accept(channel, on: .tls(host: plan.name, port: 8586))
      channel.begin()
      channel.pipeline.fireUserInboundEventTriggered(
        TLSHandshakeDone(peerNames: [], member: handshake.client, version: "TLSv1.3", isResumed: false))
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
    part?.end()
    let emptied = world.loop.makePromise(of: Void.self)
    emptied.futureResult.whenComplete { [self] _ in kill(isMachineLost: false) }
    if let server { server.drain(emptied: emptied) } else { emptied.succeed() }
  }

  func kill(isMachineLost: Bool) {
    guard !isDead else { return }
    isDead = true
    handle.kill()
    outgoing.close()
    surroundings.shared?.close(handle)
    if !isDraining { network.stopListening(at: plan.name) }
    for channel in channels { channel.kill(isMachineLost: isMachineLost) }
    channels = []
    // The dead process asks for nothing more.
    task?.cancel()
    part?.end()
    observer.forget()
    forget()
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
