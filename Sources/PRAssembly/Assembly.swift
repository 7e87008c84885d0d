// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import NIOPosix
import PRClient
import PRNode
import PRRevision
import PRServer
import PRStatus
import PRStore
import PRSync
import PRTLS
import PRUpstream
import PRWire
import ServiceLifecycle

/// Builds the services of a process: the only place that knows how the parts fit together.
public struct Assembly: Sendable {
  private let configuration: NodeConfiguration
  private let logger: Logger

  public init(_ configuration: NodeConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Serves until a signal says stop.
  ///
  /// - Parameter announce: called once they answer, with the addresses and with that of the status page.
  public func run(
    announce: @escaping @Sendable ([Endpoint], StatusServer.StatusAddress?) throws -> Void
  ) async throws {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGHUP, SIG_IGN)  // until somebody listens for it
    var options = configuration.server
    options.connections = OpenFiles.raiseLimit(for: options.connections, logger: logger)
    if let readyFile = configuration.readyFile { try ReadyFile(readyFile).check() }
    let passed = PassedSockets()
    try passed.assign(to: &options, isDefault: configuration.listensByDefault)
    let notifier = ServiceNotifier()
    options.tls = try serverTLS()
    let clientTLS = try clientTLS()
    var storeOptions = configuration.store
    storeOptions.stretchesLog = true
    // A mirror answers nobody with a new row, and writes its copy all the same.
    if configuration.policy.isMirror { storeOptions.readOnly = false }
    let (store, report) = try Store.open(storeOptions)
    log(report, of: store)
    let watch = UpstreamWatch(logger)
    let upstream = try await startUpstream(clientTLS, watch)
    let node = Node(store: store, policy: try await policy(store), upstream: upstream, clock: Self.clock)
    watch.tell(node)
    let (synchronizer, board) = (synchronizer(store, clientTLS), TallyBoard())
    let status = try configuration.status.map { options in
      try StatusServer(
        options, facts: facts(of: node, board, upstream, synchronizer), logger: logger)
    }
    let server = server(of: node, options, board, status, notifier, announce)
    defer {
      store.close()
      if let readyFile = configuration.readyFile { ReadyFile(readyFile).remove() }
    }
    let reload = CertificateReload(contexts: [options.tls, clientTLS].compactMap(\.self), logger: logger)
    // They end in the opposite order: the page is there until nobody is served any more.
    let others: [(any Service)?] = [
      status, reload, synchronizer,
      Watchdog(store, notifier, environment: ProcessInfo.processInfo.environment),
    ]
    try await group(server, others.compactMap(\.self)).run()
    try await upstream?.stop()
    logger.info("stopped")
  }

  private func server(
    of node: Node, _ options: ServerOptions, _ board: TallyBoard, _ status: StatusServer?, _ notifier: ServiceNotifier,
    _ announce: @escaping @Sendable ([Endpoint], StatusServer.StatusAddress?) throws -> Void
  ) -> Server {
    let readyFile = configuration.readyFile
    return Server(node: node, options: options, logger: logger, board: board) { endpoints in
      // Whoever waits for the addresses finds the page there, too.
      let address = await status?.address()
      await status?.listens(on: endpoints.map { "\($0)" })
      if let readyFile { try ReadyFile(readyFile).write(endpoints) }
      try announce(endpoints, address)
      notifier.tell(.ready, status: endpoints.map { "listening on \($0)" }.joined(separator: ", "))
    } stopping: {
      notifier.tell(.stopping)
      status?.stops()
    }
  }

  private func facts(
    of node: Node, _ board: TallyBoard, _ upstream: Upstream?, _ synchronizer: Synchronizer?
  ) -> NodeFacts {
    NodeFacts(
      node: node, board: board, upstream: upstream, synchronizer: synchronizer, isFrozen: configuration.store.isFrozen,
      version: headwaterVersion, clock: Self.clock)
  }

  private func group(_ server: Server, _ others: [any Service]) -> ServiceGroup {
    ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: others.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) } + [
          ServiceGroupConfiguration.ServiceConfiguration(
            service: server, successTerminationBehavior: .gracefullyShutdownGroup)
        ],
        gracefulShutdownSignals: [.sigterm, .sigint, .sigquit],
        logger: logger))
  }

  private func serverTLS() throws -> TLSContext? {
    guard configuration.server.listen.contains(where: \.isTLS) else { return nil }
    return try TLSContext.server(
      configuration.tls, requiresClientCertificate: configuration.requiresClientCertificate)
  }

  private func clientTLS() throws -> TLSContext? {
    guard configuration.upstream?.servers.contains(where: \.isTLS) ?? false else { return nil }
    return try TLSContext.client(configuration.tls)
  }

  private func startUpstream(_ tls: TLSContext?, _ watch: UpstreamWatch) async throws -> Upstream? {
    guard let upstream = configuration.upstream, configuration.policy.upstreamAway != .offline else { return nil }
    let peers = dialers(upstream, tls, longest: Self.longestAnswer)
    return try await Upstream.start(
      UpstreamOptions(peers: peers, deadline: upstream.deadline),
      on: MultiThreadedEventLoopGroup.singleton.next()
    ) { watch.hear($0) }
  }

  private func synchronizer(_ store: Store, _ tls: TLSContext?) -> Synchronizer? {
    guard let upstream = configuration.upstream, let every = upstream.syncEvery,
      configuration.policy.upstreamAway != .offline
    else { return nil }
    let log = SyncLog(logger)
    return Synchronizer(
      store: store,
      options: SyncOptions(peers: dialers(upstream, tls, longest: Self.longestPage), every: every), now: Self.clock
    ) { log.hear($0) }
  }

  private func dialers(_ upstream: UpstreamConfiguration, _ tls: TLSContext?, longest: Int) -> [Dialer] {
    upstream.servers.map { server in
      Dialer(
        server, limits: WireLimits(message: longest), asksForDescription: true, tls: tls, tlsName: upstream.tlsName)
    }
  }

  /// Milliseconds since 1970.
  private static let clock: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }

  /// A page of a feed is bounded by its sender: 4 MiB of names, a little more as JSON.
  private static let longestPage = 64 << 20

  /// A checksum that was built in turns with another has many values.
  private static let longestAnswer = 4 << 20

  /// The policy, at the level that the upstream told when it was last asked.
  private func policy(_ store: Store) async throws -> NodePolicy {
    var policy = configuration.policy
    policy.isBelow = configuration.upstream != nil
    let isFrozen = configuration.store.isFrozen
    guard configuration.upstream != nil || isFrozen, case .partitioned(let partition) = policy.numbering else {
      return policy
    }
    let kept = try await store.read { reader throws(StoreError) in try reader.note(.level) }.flatMap { Int($0) }
    if isFrozen, kept == nil { return policy }
    guard let kept, (1...Partition.deepest).contains(kept) else {
      logger.info(
        "the upstream has not told its level yet", metadata: [LogKey.level: "\(partition.level)"])
      return policy
    }
    if kept != partition.level {
      logger.info("the upstream has told its level before", metadata: [LogKey.level: "\(kept)"])
    }
    policy.numbering = .partitioned(Partition(level: kept, lane: partition.lane))
    return policy
  }

  private func log(_ report: OpeningReport, of store: Store) {
    let place: Logger.Metadata = [LogKey.database: "\(store.path)"]
    let ours: Logger.Metadata = [LogKey.store: "\(store.identity ?? "none")"]
    if report.created {
      logger.notice("created the database", metadata: place.merging(ours) { $1 })
    } else {
      logger.info("opened the database", metadata: place.merging(ours) { $1 })
    }
    if report.isImmutable {
      logger.notice("the database cannot be written or locked; it is read as it stands", metadata: place)
    }
    if report.adoptedRows > 0 {
      logger.notice(
        "took up the rows of BitBake's own server", metadata: [LogKey.rows: "\(report.adoptedRows)"])
    }
    for (table, rows) in report.takenOver.sorted(by: { $0.key < $1.key }) {
      logger.notice(
        "took over the table \(table) of an older BitBake; numbering goes on after its values",
        metadata: [LogKey.rows: "\(rows)"])
    }
  }
}
