// SPDX-License-Identifier: Apache-2.0
import PRAssembly
import PRClient
import PRFederation
import PRMembership
import PRNode
import PRRevision
import PRServer
import PRStore
import PRSync
import PRTLS
import PRUpstream
import PRWire

/// A process whose alarms are watched, and which is what its database says of it: a member of a federation, its authority, or a node
/// by hand. It is put together as `headwater serve` puts it together.
extension NodeProcess {
  var member: FederationMember? { part?.member }
  var authority: FederationAuthority? { part?.authority }

  func runWatched(_ store: Store) async throws {
    let clock = surroundings.clock
    let alarms = AlarmBoard(
      after: predecessor?.node?.alarms, clock: { clock.now }, changed: surroundings.alarms)
    let (text, register) = try await store.read { reader throws(StoreError) in
      (try reader.note(.membership), try reader.register())
    }
    let membership = try Membership.stored(text, in: store.path)
    let keys = surroundings.disk.keyFiles.folder
    if membership != nil || register != nil, keys.isComplete {
      part = ManagedPart(keys, membership, environment: environment, clock: { clock.now / 1000 }, outgoing)
    }
    if part == nil, try MisplacedDatabase(membership, isAuthority: register != nil, keys) != nil {
      hasRefused = true
      return
    }
    if let membership, part != nil { take(membership) }
    let watch = UpstreamEventObserver(logger, alarms)
    let upstream = try await startUpstream(store) { watch.hear($0) }
    let policy = part == nil ? try await policy(store) : plan.policy
    guard !isDead else { return }
    let node = Node(
      store: store, policy: policy, upstream: upstream, alarms: alarms,
      lease: part == nil ? nil : membership?.nodeLease(keepsMinting: false),
      leaseReading: Membership.leaseReading(in: store.path, keepsMinting: false), clock: { clock.now })
    watch.tell(node)
    forget = { watch.forget() }
    let isManaged = part != nil
    let certificates = CertificateWatch(
      shown: { isManaged ? keys.shown : [] }, clock: TLSClock { clock.now / 1000 }, alarms: alarms, isManaged: true)
    certificates.check()
    let log = SyncLog(logger, alarms)
    let synchronizer = synchronizer(store) { log.hear($0) }
    let board = CounterRegistry()
    let meter = FactsMeter(node, board, certificates, synchronizer, page: nil) { [world] in world.instant }
    let federation = join(node, alarms, certificates, meter, register, membership)
    try serve(node, federation: federation)
    board.show { [weak self] in self?.server?.counters ?? RequestCounters() }
    await waitForPredecessor()
    guard !isDead else { return }
    part?.begin(on: world)
    await withTaskGroup(of: Void.self) { group in
      if let synchronizer { group.addTask { await synchronizer.follow() } }
      group.addTask { [world] in
        while !Task.isCancelled {
          await world.pause(CertificateWatch.period)
          if !Task.isCancelled { certificates.check() }
        }
      }
    }
  }

  /// What the lease says takes the place of options.
  private func take(_ membership: Membership) {
    let lease = membership.lease
    plan.upstreams = membership.upstream.addresses.map(\.host)
    plan.policy.isBelow = true
    plan.policy.isMirror = membership.kind == .mirror
    plan.policy.isReadOnly = plan.policy.isMirror
    plan.policy.numbering = .partitioned(Partition(level: lease.level, lane: lease.lane ?? .only))
    plan.policy.isLaneGiven = lease.lane != nil
    plan.hidesLane = membership.greetedLane == nil
    if plan.policy.isMirror { plan.syncEvery = plan.syncEvery ?? .seconds(60) }
  }

  private var environment: MembershipEnvironment {
    let clock = surroundings.clock
    return .simulated(
      world, SimulatedReach(from: plan.name, over: outgoing, on: network) { clock.now / 1000 })
  }

  private func join(
    _ node: Node, _ alarms: AlarmBoard, _ certificates: CertificateWatch, _ meter: FactsMeter, _ register: Register?,
    _ membership: Membership?
  ) -> (any FederationAnswering)? {
    guard let part else { return nil }
    let clock = surroundings.clock
    let shared = FederationPart(
      store: node.store, keys: part.keys, alarms: alarms, clock: { clock.now }, log: { _ in },
      reread: { certificates.check() }, in: part.environment, connections: part.connections,
      reload: surroundings.reload)
    if let register {
      let authority = FederationAuthority(shared, register: register)
      part.authority = authority
      return authority
    }
    guard let membership else { return nil }
    let member = FederationMember(shared, node: node, membership: membership, keepsMinting: false) {
      await meter.facts()
    }
    part.member = member
    return member
  }
}

extension KeyFolder {
  /// The certificates that a process shows.
  fileprivate var shown: [OwnCertificate] {
    (try? certificate()).map { [OwnCertificate($0, path: nodeFile)] } ?? []
  }
}

/// What a process does as a member of a federation, or as its authority.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class ManagedPart: @unchecked Sendable {
  let keys: KeyFolder
  let environment: MembershipEnvironment
  let credentials: OutgoingConnections.Credentials
  let connections = MemberConnections()
  var member: FederationMember?
  var authority: FederationAuthority?
  private var task: Task<Void, Never>?
  private var hasEnded = false

  init(
    _ keys: KeyFolder, _ membership: Membership?, environment: MembershipEnvironment,
    clock: @escaping @Sendable () -> Int64, _ outgoing: OutgoingConnections
  ) {
    self.keys = keys
    self.environment = environment
    let accepted = membership.map { [MemberURI(federation: $0.federation, member: $0.upstream.name)] as Set }
    credentials = OutgoingConnections.Credentials(
      identity: { try SimulatedIdentity(keys) }, accepted: accepted, now: clock)
  }

  func begin(on world: World) {
    guard !hasEnded else { return }
    task = Task(executorPreference: world.syncEnvironment.executor) { [member, authority] in
      try? await member?.takeStored()
      await member?.follow()
      await authority?.follow()
    }
  }

  func end() {
    hasEnded = true
    member?.release()
    authority?.release()
    task?.cancel()
  }

  /// Waits until it does nothing more.
  func ended() async { await task?.value }
}
