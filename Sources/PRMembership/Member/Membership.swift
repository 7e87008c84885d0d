// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRFederation
import PRNode
import PRRevision
import PRStore

/// The place of a store in a federation, as the authority gave it. It stands in the store's database, so that a copy of the
/// database has it too: by its nonce the authority tells the copy from the original.
package struct Membership: Hashable, Sendable {
  package var federation: FederationName
  package var name: MemberName
  package var id: MemberID
  package var kind: Member.Kind
  /// What it may mint.
  package var lease: Lease
  package var nonce: HeldNonce
  /// Where it asks.
  package var upstream: Upstream
  /// Where the authority is reached, when the upstream is not.
  package var authority: [MemberAddress]

  package struct Upstream: Hashable, Sendable {
    package var name: MemberName
    package var addresses: [MemberAddress]

    package init(name: MemberName, addresses: [MemberAddress]) {
      self.name = name
      self.addresses = addresses
    }
  }

  package init(
    federation: FederationName, name: MemberName, id: MemberID, kind: Member.Kind, lease: Lease, nonce: HeldNonce,
    upstream: Upstream, authority: [MemberAddress]
  ) {
    self.federation = federation
    self.name = name
    self.id = id
    self.kind = kind
    self.lease = lease
    self.nonce = nonce
    self.upstream = upstream
    self.authority = authority
  }

  /// What the node may mint.
  ///
  /// - Parameter keepsMinting: the operator overrides a stop.
  package func nodeLease(keepsMinting: Bool) -> NodeLease {
    let stop: MintingStop? =
      if case .refused(let stop) = nonce.minting(keepsMinting: keepsMinting) { stop } else { nil }
    return NodeLease(level: lease.level, lane: lease.lane, from: lease.from, stop: stop)
  }

  /// The lane in which it greets its upstream. One that has retired has none: another may have it.
  package var greetedLane: Lane? { nonce.stop == .retired ? nil : lease.lane }
}

extension Membership {
  /// As it stands in the database: JSON. A later version adds fields, and counts `version` up where an earlier one must not
  /// read them.
  private struct Text: Codable {
    var version = 1
    var federation, name, id, kind, store: String
    var level: Int
    var lane: String?
    var from: UInt64
    var nonce: String
    var stop: String?
    var upstream: String
    var upstreamAddresses, authorityAddresses: [String]
  }

  package var text: String {
    let text = Text(
      federation: federation.text, name: name.text, id: id.description, kind: kind.rawValue, store: lease.store,
      level: lease.level, lane: lease.lane?.description, from: lease.from, nonce: nonce.presented.description,
      stop: nonce.stop?.rawValue, upstream: upstream.name.text,
      upstreamAddresses: upstream.addresses.map(\.description), authorityAddresses: authority.map(\.description))
    return JSONLine.text(text)
  }

  /// - Returns: nil for what no version writes, and for what a later one does.
  package init?(text: String) {
    guard let text = try? JSONDecoder().decode(Text.self, from: Data(text.utf8)), text.version == 1,
      let federation = try? FederationName(text.federation), let name = try? MemberName(text.name),
      let id = MemberID(text: text.id), let kind = Member.Kind(rawValue: text.kind),
      let presented = PresentedNonce(text.nonce),
      let upstream = try? MemberName(text.upstream)
    else { return nil }
    let lease = LeaseFields(level: text.level, lane: text.lane, from: text.from).lease(of: id, store: text.store)
    let stop = text.stop.flatMap { MintingStop(rawValue: $0) }
    guard let lease, (stop == nil) == (text.stop == nil) else { return nil }
    let upstreamAddresses = text.upstreamAddresses.compactMap { MemberAddress($0) }
    let authority = text.authorityAddresses.compactMap { MemberAddress($0) }
    guard upstreamAddresses.count == text.upstreamAddresses.count, authority.count == text.authorityAddresses.count
    else { return nil }
    self.init(
      federation: federation, name: name, id: id, kind: kind,
      lease: lease,
      nonce: HeldNonce(presented: presented, stop: stop),
      upstream: Upstream(name: upstream, addresses: upstreamAddresses), authority: authority)
  }
}

extension Membership {
  /// Reads what a database holds.
  ///
  /// - Parameters:
  ///   - text: the note; nil for a store that has not joined any federation.
  ///   - path: what an error names the store by.
  package static func stored(_ text: String?, in path: String) throws(StoreError) -> Membership? {
    guard let text else { return nil }
    return try stored(text, in: path) as Membership
  }

  /// How a node reads its lease in the transaction that mints.
  package static func leaseReading(in path: String, keepsMinting: Bool) -> Node.LeaseReading {
    { note throws(StoreError) in try stored(note, in: path).nodeLease(keepsMinting: keepsMinting) }
  }

  package static func stored(_ text: String, in path: String) throws(StoreError) -> Membership {
    guard let membership = Membership(text: text) else {
      throw .badRegister(
        path: path, detail: "its membership cannot be read; a later version wrote it, or it was damaged")
    }
    return membership
  }
}

extension Store {
  /// The place of the store in a federation; nil for a store that has not joined any.
  package func membership() async throws(StoreError) -> Membership? {
    let text = try await read { reader throws(StoreError) in try reader.note(.membership) }
    return try Membership.stored(text, in: path)
  }
}
