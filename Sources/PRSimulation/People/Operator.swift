// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRMembership
import PRRevision
import PRStore
import PRStoreMemory

/// A person at the machine of a node, who runs the commands of a federation on its database, while its process serves or not.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class Operator: @unchecked Sendable {
  private let node: SimulatedNode
  private let handle = MemoryProcess()
  private var channels: [SimulatedChannel] = []
  private lazy var outgoing = OutgoingConnections(from: node.plan.name, on: node.network) { [unowned self] in
    channels.append($0)
  }
  private let store: Store

  init(at node: SimulatedNode) {
    self.node = node
    let environment = node.network.world.storeEnvironment(commit: node.plan.commit, files: SystemFiles())
    do {
      store = try node.disk.database.open(by: handle, in: environment)
    } catch {
      preconditionFailure("a database in memory can be opened: \(error)")
    }
  }

  /// The command is over.
  func leave() {
    handle.kill()
    outgoing.close()
    for channel in channels { channel.kill(isMachineLost: false) }
    channels = []
  }

  private var keys: KeyFolder { node.disk.keyFiles.folder }
  private var now: Int64 { node.wall / 1000 }

  private var environment: MembershipEnvironment {
    .simulated(
      node.network.world,
      SimulatedReach(from: node.plan.name, over: outgoing, on: node.network) { [node] in node.wall / 1000 })
  }

  static let federation = "simulated.example"

  func create(lanes: UInt64?, lifetime: Duration?) async throws {
    try await Founding(
      federation: FederationName(Self.federation), addresses: [try Self.address(of: node.plan.name)],
      lanes: lanes.flatMap { LaneChooser(count: $0) } ?? .standard,
      lifetime: lifetime?.components.seconds ?? Register.standardLifetime, at: now
    ).make(in: store, keys: keys)
  }

  static func address(of name: String) throws -> MemberAddress {
    guard let address = MemberAddress("\(name):8586") else { throw OperatorError.noAddress }
    return address
  }

  /// - Returns: the line with which the other node joins.
  func invite(_ name: String, isMirror: Bool, isAgain: Bool) async throws -> Invited {
    let offer = Invitation.Offer(
      name: try MemberName(name), kind: isMirror ? .mirror : .site, addresses: [try Self.address(of: name)],
      isAgain: isAgain)
    guard let membership = try await store.membership() else {
      return try await store.invite(offer, hasRights: false, at: now)
    }
    return try await MemberCommands(membership, keys: keys, in: environment).invite(offer, hasRights: false)
  }

  func join(with invited: Invited) async throws -> Membership {
    let join = Join(store, keys: keys, in: environment) { [node] in node.wall / 1000 }
    return try await join.run(at: invited.address, with: invited.token).membership
  }

  func make(_ change: FederationChange) async throws {
    let (signing, now) = (Signing(try keys.authority(at: now), at: now), now)
    _ = try await store.changeFederation { register throws(FederationFailure) in
      try register.make(change, by: .authority, now: now, signing: signing)
    }
  }

  func rekey() async throws { _ = try await Rekey(store, keys: keys, at: now).advance(finishes: false) }

  var register: Register? {
    get async throws { try await store.read { reader throws(StoreError) in try reader.register() } }
  }

  /// - Throws: where members have not reported yet.
  func endRestore() async throws {
    let now = now
    _ = try await store.changeFederation { register throws(FederationFailure) in
      try register.endRestore(takesWord: false, at: now)
    }
  }
}

enum OperatorError: Error {
  case noAddress
}
