// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRFederation
import PRMembership
import PRNode
import PRRevision
import PRStore
import PRStoreSQLite
import PRTLS
import PRWire
import Synchronization

/// What a node is in a federation, as its database says: what 'headwater federation create' and 'headwater join' have written
/// takes the place of options.
package struct FederationPlace: Hashable, Sendable {
  package let role: Role
  package let keys: KeyFolder

  package enum Role: Hashable, Sendable {
    case authority(Register)
    case member(Membership)
  }

  package init(_ role: Role, keys: KeyFolder) {
    self.role = role
    self.keys = keys
  }

  /// Two that are equal make the same server: what reports change is not looked at.
  package static func == (left: FederationPlace, right: FederationPlace) -> Bool {
    guard left.keys == right.keys else { return false }
    switch (left.role, right.role) {
    case (.authority(let left), .authority(let right)): return left.federation == right.federation
    case (.member(let left), .member(let right)):
      return left.id == right.id && left.federation == right.federation && left.kind == right.kind
        && left.upstream == right.upstream && left.greetedLane == right.greetedLane
        && left.lease.lane == right.lease.lane && left.lease.level == right.lease.level
    case (.authority, .member), (.member, .authority): return false
    }
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(keys) }

  /// For the log.
  var words: String {
    switch role {
    case .authority(let register):
      "this node is "
        + (keys.machine(in: register).map { "the machine \($0.name) of the authority" } ?? "the authority")
        + " of the federation \(register.federation)"
    case .member(let membership):
      "this node is the member \(membership.name) of \(membership.federation), at level \(membership.lease.level), "
        + (membership.lease.lane.map { "in lane \($0)" } ?? "and mints nothing")
    }
  }

  /// What its status page calls the node.
  var name: String {
    switch role {
    case .authority(let register): keys.machine(in: register)?.name.text ?? register.federation.text
    case .member(let membership): membership.name.text
    }
  }

  package var membership: Membership? { if case .member(let membership) = role { membership } else { nil } }

  /// What connections to the upstream have to find there.
  var acceptedMembers: Set<MemberURI>? {
    membership.map { [MemberURI(federation: $0.federation, member: $0.upstream.name)] }
  }
}

extension FederationPlace {
  /// Reads the place of a node.
  ///
  /// - Returns: nil for a node without a folder of keys.
  package static func read(_ options: OptionValues) throws -> FederationPlace? {
    guard options.frozen == nil, let folder = KeyFolder(options), folder.isComplete else { return nil }
    let store: Store
    if DatabaseURL.isURL(options.database) {
      guard let database = try ServerDatabase(serving: options) else { return nil }
      store = try database.open { _ in }
    } else {
      store = try Store.open(StoreOptions(path: options.database, readOnly: true)).store
    }
    defer { store.close(isLast: false) }
    let found = try Waiting.value { done in
      store.read(
        { reader throws(StoreError) in
          (try reader.note(.membership), try reader.register())
        }, done: done)
    }.get()
    if let register = found.1 { return FederationPlace(.authority(register), keys: folder) }
    guard let membership = try Membership.stored(found.0, in: options.database) else { return nil }
    return FederationPlace(.member(membership), keys: folder)
  }
}

extension KeyFolder {
  /// - Returns: nil for a database on a server, beside which no folder stands.
  package init?(_ options: OptionValues) {
    if let keys = options.keys {
      self.init(keys)
    } else if !DatabaseURL.isURL(options.database) {
      self.init(KeyFolder.standard(beside: options.database))
    } else {
      return nil
    }
  }
}

/// Waits for a callback, on a thread that may wait: before a process serves, or on one that reads options again.
private enum Waiting {
  static func value<Value: Sendable>(_ begin: (@escaping @Sendable (Value) -> Void) -> Void) -> Value {
    let box = OneValue<Value>()
    begin { box.set($0) }
    return box.wait()
  }
}

private final class OneValue<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isSet = DispatchSemaphore(value: 0)

  func set(_ new: Value) {
    value.withLock { $0 = new }
    isSet.signal()
  }

  func wait() -> Value {
    isSet.wait()
    guard let value = value.withLock({ $0 }) else { preconditionFailure("the signal comes after the value") }
    return value
  }
}

extension OptionValues {
  /// Takes what a node's place in a federation gives.
  ///
  /// - Throws: ``OptionMistake`` for an option that contradicts it.
  package mutating func take(_ place: FederationPlace) throws(OptionMistake) {
    if self.tlsCertificate == nil, self.tlsTrust == nil {
      let files = place.keys.files
      if let certificate = files.certificate, let key = files.key, let trust = files.trust {
        set(\.tlsCertificate, certificate)
        set(\.tlsKey, key)
        set(\.tlsTrust, trust)
      }
      // A store that joins has none yet; it may ask to join and for nothing else.
      set(\.tlsRequireClientCertificate, false)
    } else {
      throw OptionMistake(
        "the node has the certificates of its federation, in \(place.keys.path): leave --tls-certificate, --tls-key and "
          + "--tls-trust out")
    }
    if !isGiven(\.name) { set(\.name, place.name) }
    guard let membership = place.membership else {
      let others = [
        ("--upstream", !self.upstream.isEmpty), ("--level", self.level ?? 0 != 0),
        ("--lane", self.lane ?? .only != .only),
        ("--numbering", self.numbering != .partitioned),
      ]
      guard let (option, _) = others.first(where: \.1) else { return }
      throw OptionMistake(
        "the database is that of a federation's authority, which has no upstream and alone numbers at level 0: leave "
          + "\(option) out")
    }
    try take(membership)
  }

  private mutating func take(_ membership: Membership) throws(OptionMistake) {
    let given = [
      ("--upstream", isGiven(\.upstream)), ("--lane", isGiven(\.lane)), ("--level", isGiven(\.level)),
      ("--numbering", isGiven(\.numbering)),
    ]
    if let (option, _) = given.first(where: \.1) {
      throw OptionMistake(
        "the database is that of the member \(membership.name) of \(membership.federation), whose lease says this: leave "
          + "\(option) out")
    }
    set(\.upstream, membership.upstream.addresses.map { .tls(host: $0.host, port: Int(clamping: $0.port)) })
    if membership.kind == .mirror {
      set(\.readOnly, true)
      if !isGiven(\.syncEvery) { set(\.syncEvery, SyncInterval.standard) }
    } else {
      set(\.level, membership.lease.level)
      if let lane = membership.lease.lane { set(\.lane, lane) }
    }
  }
}
