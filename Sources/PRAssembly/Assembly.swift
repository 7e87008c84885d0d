// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import NIOPosix
import PRCertificates
import PRClient
import PRMembership
import PRNode
import PRRevision
import PRServer
import PRStatus
import PRStore
import PRStoreSQLite
import PRSync
import PRTLS
import PRUpstream
import PRWire
import ServiceLifecycle

/// Builds the services of a generation: the only place where the parts are joined.
struct Assembly: Sendable {
  private let configuration: NodeConfiguration
  private let surroundings: ProcessEnvironment
  private let logger: Logger
  /// Those to the upstream.
  private let connections = MemberConnections()

  init(_ configuration: NodeConfiguration, _ surroundings: ProcessEnvironment) {
    self.configuration = configuration
    self.surroundings = surroundings
    logger = configuration.log.logger
  }

  /// Makes a generation, ready to run.
  ///
  /// - Parameters:
  ///   - other: whose sockets it takes over where their addresses stay.
  ///   - tell: called when it is ready to begin, and when it has made room for another.
  /// - Throws: whatever keeps it from serving; then nothing is left of it.
  func build(
    after other: Generation?, tell: @escaping @Sendable (ReloadCoordinator.Notice) -> Void
  ) async throws -> Generation {
    if let readyFile = configuration.options.readyFile { try ReadyFile(readyFile).check() }
    let (addresses, status) = (listeners, configuration.status)
    let passed = try surroundings.passed.assigned(to: addresses)
    let sockets = try await Self.apart { try GenerationSockets.open(addresses, status, passed, from: other?.sockets) }
    do {
      return try await build(on: sockets, alarms(after: other), tell)
    } catch {
      sockets.release()
      throw error
    }
  }

  /// Where to listen, as it was asked for.
  private var listeners: [Endpoint] {
    let passed = surroundings.passed.addresses
    return !configuration.options.isGiven(\.listen) && !passed.isEmpty ? passed : configuration.options.listen
  }

  private func alarms(after other: Generation?) -> AlarmBoard {
    let log = AlarmLog(logger)
    return AlarmBoard(after: other?.alarms, clock: ProcessEnvironment.clock) { log.hear($0) }
  }

  private func build(
    on sockets: GenerationSockets, _ alarms: AlarmBoard, _ tell: @escaping @Sendable (ReloadCoordinator.Notice) -> Void
  ) async throws -> Generation {
    let (serverTLS, clientTLS) = (try serverTLS(), try clientTLS())
    let certificates = CertificateWatch(
      contexts: [serverTLS, clientTLS].compactMap(\.self), listeners: listeners, clock: .system, alarms: alarms,
      isManaged: configuration.federation != nil)
    certificates.check()
    FileTrust.check(configuration, logger)
    let store = try await openStore()
    try await checkPlace(of: store)
    let watch = UpstreamEventObserver(logger, alarms)
    var upstream: Upstream?
    do {
      let policy = try await policy(store)
      upstream = try await startUpstream(of: store, clientTLS, watch)
      let (path, keepsMinting) = (store.path, configuration.options.keepMinting)
      let node = Node(
        store: store, policy: policy, upstream: upstream, alarms: alarms,
        lease: configuration.federation?.membership?.nodeLease(keepsMinting: keepsMinting),
        leaseReading: Membership.leaseReading(in: path, keepsMinting: keepsMinting),
        clock: ProcessEnvironment.clock)
      watch.tell(node)
      noteMinter(node)
      let (synchronizer, board) = (synchronizer(store, clientTLS, alarms), CounterRegistry())
      let meter = FactsMeter(
        node, board, certificates, synchronizer, page: sockets.pageAddress(configuration.status))
      let federation = federation(node, alarms, certificates, meter)
      let holders = 1 + (configuration.status == nil ? 0 : 1) + (federation == nil ? 0 : 1)
      let turn = GenerationHandover(holders: holders) { tell(.madeRoom) }
      let options = serverOptions()
      try OpenFiles.checkRoom(
        for: options.eventLoops * OpenFiles.ofEventLoop + sockets.bindings.count
          + (configuration.status == nil ? 0 : OpenFiles.ofPage))
      // Nothing that follows can fail: it is never left open.
      let page = try await page(
        on: sockets, facts(of: node, board, upstream, synchronizer, certificates, federation), turn)
      let server = Server(
        node: node, options: options, bindings: sockets.bindings, tls: serverTLS, logger: logger, board: board,
        federation: federation
      ) {
        await page?.listens(on: sockets.addresses.map { "\($0)" })
        tell(.isReady)
        await turn.wait()
        // The generation before may have stored another place while this one was made.
        try await (federation as? FederationMember)?.takeStored()
      } closed: {
        page?.stops()
        turn.leave()
      }
      // They end in the opposite order: the page is there until the last client is served.
      let others: [(any Service)?] = [
        page.map { HandoverService(service: $0, turn: turn) },
        synchronizer.map { HandoverService(service: $0, turn: turn) },
        federation.map { HandoverService(service: $0, turn: turn, isHolder: true) },
        Watchdog(store, surroundings.notifier, environment: surroundings.environment), certificates,
      ]
      let parts = Generation.Parts(
        certificates: certificates, store: store, upstream: upstream, watch: watch, page: page, turn: turn,
        alarms: alarms, group: group(server, others.compactMap(\.self)))
      return Generation(configuration, sockets, parts)
    } catch {
      try? await upstream?.stop()  // fails where its loop has ended, and it with it
      watch.forget()
      await Self.close(store, isLast: false)
      throw error
    }
  }

  /// Writes down the node's name, level and lane, for the origins of the rows that it mints from now on. The server starts without waiting
  /// for it.
  private func noteMinter(_ node: Node) {
    guard !node.isReadOnly else { return }
    let (member, logger) = (configuration.federation.map { $0.membership?.name ?? .authority }, logger)
    let place = MinterNote.Entry(member: member?.text, level: node.knownLevel, lane: node.lane?.description)
    node.store.mint(as: place) { outcome in
      guard case .failure(let error) = outcome else { return }
      logger.info("the place in which this node mints is not noted", metadata: ["reason": "\(error)"])
    }
  }

  /// Does what makes its thread wait, on one that may.
  static func apart<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await NIOThreadPool.singleton.runIfActive(body)
  }

  /// Closes a store. Its writer may wait for a lock, or have a long transaction to end: a task must not wait for it on
  /// a thread of the cooperative pool.
  ///
  /// - Returns: whether the log was emptied.
  @discardableResult
  static func close(_ store: Store, isLast: Bool) async -> Bool {
    do {
      return try await apart { store.close(isLast: isLast) }
    } catch {
      return store.close(isLast: isLast)  // the task was cancelled before
    }
  }

  /// A member's database that is served as one that stands alone would give numbers to two contents.
  private func checkPlace(of store: Store) async throws {
    // An authority on PostgreSQL is no member, and may have to wait before it can read.
    guard configuration.federation == nil, configuration.serverDatabase == nil, !configuration.store.isFrozen else {
      return
    }
    do {
      let isAuthority = try await store.read { reader throws(StoreError) in try reader.federation() } != nil
      let keys = KeyFolder(configuration.options)
      if let wrong = try MisplacedDatabase(try await store.membership(), isAuthority: isAuthority, keys) {
        throw UserFacingError(wrong.words(store.path, keys: keys?.path))
      }
      if isAuthority {
        logger.warning(
          "the database is that of a federation's authority, and is served without its keys: members cannot connect")
      }
    } catch {
      await Self.close(store, isLast: false)
      throw error
    }
  }

  private func openStore() async throws -> Store {
    if let database = configuration.serverDatabase {
      let store = try await Self.apart { [logger] in
        try database.open { logger.warning("the database on PostgreSQL", metadata: [LogKey.reason: "\($0)"]) }
      }
      OpeningLog(logger, configuration).log(serverDatabase: store)
      return store
    }
    var options = configuration.store
    options.stretchesLog = true
    // A mirror records no answers, and writes its copy all the same.
    if configuration.policy.isMirror { (options.readOnly, options.keepsMark) = (false, false) }
    let (store, report) = try await Self.apart { [options] in try Store.open(options) }
    OpeningLog(logger, configuration).log(report, of: store)
    return store
  }

  private func page(
    on sockets: GenerationSockets, _ facts: NodeFacts, _ turn: GenerationHandover
  ) async throws -> StatusServer? {
    guard let options = configuration.status, let socket = sockets.page else { return nil }
    if !options.isLoopback, options.token == nil {
      logger.warning(
        "the status page is open to every client that reaches it; give --status-token-file, or a loopback address")
    }
    do {
      return try await StatusServer.open(
        options, socket: socket.descriptorToOwn, facts: facts, logger: logger
      ) {
        // A client of a page that has moved, or is left out, must not wait until the server ends.
        socket.release()
        turn.leave()
      }
    } catch {
      throw UserFacingError("\(error) (for the status page)")
    }
  }

  /// With as many connections as there can be.
  private func serverOptions() -> ServerOptions {
    var options = configuration.server
    options.connections = OpenFiles.raiseLimit(for: options.connections, logger: logger)
    return options
  }

  private func facts(
    of node: Node, _ board: CounterRegistry, _ upstream: Upstream?, _ synchronizer: Synchronizer?,
    _ certificates: CertificateWatch, _ federation: (any FederationAnswering)?
  ) -> NodeFacts {
    var facts = NodeFacts(
      name: configuration.options.name, node: node, board: board, upstream: upstream, synchronizer: synchronizer,
      isFrozen: configuration.store.isFrozen, version: headwaterVersion, startedAt: surroundings.startedAt,
      clock: ProcessEnvironment.clock)
    switch federation {
    case let authority as FederationAuthority: facts.federation = { authority.report }
    case let member as FederationMember: facts.federation = { member.report }
    default: break
    }
    facts.certificates = { certificates.certificates.map(StatusReport.CertificatePart.init) }
    return facts
  }

  private func federation(
    _ node: Node, _ alarms: AlarmBoard, _ certificates: CertificateWatch, _ meter: FactsMeter
  ) -> (any FederationAnswering & Service)? {
    guard let place = configuration.federation else { return nil }
    let part = FederationPart(
      store: node.store, keys: place.keys, alarms: alarms, version: headwaterVersion, clock: ProcessEnvironment.clock,
      log: { [logger] in logger.notice("\($0)") },
      reread: { [logger] in
        do throws(TLSError) {
          for context in certificates.contexts { try context.reload() }
        } catch {
          logger.error("the certificates cannot be read again", metadata: [LogKey.reason: "\(error)"])
        }
        certificates.check()
      },
      connections: connections,
      // As an operator would: the options are made anew, and another generation takes over.
      reload: { kill(getpid(), SIGHUP) })
    switch place.role {
    case .authority(let register): return FederationAuthority(part, register: register)
    case .member(let membership):
      return FederationMember(
        part, node: node, membership: membership, keepsMinting: configuration.options.keepMinting
      ) {
        await meter.facts()
      }
    }
  }

  private func group(_ server: Server, _ others: [any Service]) -> ServiceGroup {
    ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: others.map {
          ServiceGroupConfiguration.ServiceConfiguration(service: $0, successTerminationBehavior: .ignore)
        } + [
          ServiceGroupConfiguration.ServiceConfiguration(
            service: server, successTerminationBehavior: .gracefullyShutdownGroup)
        ],
        logger: configuration.log.groupLogger))
  }

  private func serverTLS() throws -> TLSContext? {
    guard configuration.options.listen.contains(where: \.isTLS) else { return nil }
    return try TLSContext.server(
      configuration.tls, requiresClientCertificate: configuration.options.tlsRequireClientCertificate)
  }

  private func clientTLS() throws -> TLSContext? {
    guard configuration.upstream?.servers.contains(where: \.isTLS) ?? false else { return nil }
    return try TLSContext.client(configuration.tls)
  }

  private func startUpstream(
    of store: Store, _ tls: TLSContext?, _ watch: UpstreamEventObserver
  ) async throws -> Upstream? {
    guard let upstream = configuration.upstream, configuration.policy.upstreamAway != .offline else { return nil }
    let peers = dialers(upstream, tls, maximumLength: Self.maximumAnswerLength, of: store)
    return try await Upstream.start(
      UpstreamOptions(peers: peers, deadline: upstream.deadline, ownStore: store.identity),
      on: MultiThreadedEventLoopGroup.singleton.next()
    ) { watch.hear($0) }
  }

  private func synchronizer(
    _ store: Store, _ tls: TLSContext?, _ alarms: AlarmBoard
  ) -> Synchronizer? {
    guard let upstream = configuration.upstream, let every = upstream.syncEvery,
      configuration.policy.upstreamAway != .offline
    else { return nil }
    let log = SyncLog(logger, alarms)
    return Synchronizer(
      store: store,
      options: SyncOptions(
        peers: dialers(upstream, tls, maximumLength: Self.maximumPageLength, of: store), every: every),
      now: ProcessEnvironment.clock
    ) { log.hear($0) }
  }

  private func dialers(
    _ upstream: UpstreamConfiguration, _ tls: TLSContext?, maximumLength: Int, of store: Store
  ) -> [Dialer] {
    let mints = !configuration.policy.isReadOnly && !store.isReadOnly
    let place = configuration.federation?.membership
    let lane = place.map(\.greetedLane) ?? configuration.policy.lane
    let introduction = PeerDescription(
      server: "headwater/\(headwaterVersion)", features: [.via], store: store.identity, lane: mints ? lane : nil)
    return upstream.servers.map { server in
      var dialer = Dialer(
        server, limits: WireLimits(message: maximumLength), asksForDescription: true, tls: tls,
        tlsName: upstream.tlsName)
      dialer.acceptedMembers = configuration.federation?.acceptedMembers
      dialer.introduction = introduction
      dialer.memberConnections = connections
      return dialer
    }
  }

  /// A page of a feed is bounded by its sender: 4 MiB of names, a little more as JSON.
  private static let maximumPageLength = 64 << 20

  /// A checksum that was built in turns with another has many values.
  private static let maximumAnswerLength = 4 << 20

  /// The policy, at the level of the upstream's last answer.
  private func policy(_ store: Store) async throws -> NodePolicy {
    var policy = configuration.policy
    policy.isBelow = configuration.upstream != nil
    if let place = configuration.federation {
      logger.notice("\(place.words)")
      return policy
    }
    if policy.lacksLane {
      logger.warning(
        "this node was given no lane and mints in 0/1, which overlaps with every other lane"
      )
    }
    let isFrozen = configuration.store.isFrozen
    guard configuration.upstream != nil || isFrozen, case .partitioned(let partition) = policy.numbering else {
      return policy
    }
    let kept = try await store.read { reader throws(StoreError) in try reader.note(.level) }.flatMap { Int($0) }
    if isFrozen, kept == nil { return policy }
    guard let kept, (1...Partition.deepest).contains(kept) else {
      if partition.isLevelKnown {
        logger.info(
          "the upstream has not reported its level yet", metadata: [LogKey.level: "\(partition.level)"])
      } else {
        logger.notice(
          "the upstream has never reported its level; without --level this node mints nothing until it does")
      }
      return policy
    }
    if kept != partition.level {
      logger.info("the upstream reported its level before", metadata: [LogKey.level: "\(kept)"])
    }
    policy.numbering = .partitioned(Partition(level: kept, lane: partition.lane))
    return policy
  }
}
