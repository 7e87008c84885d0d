// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRCertificates
import PRFederation
import PRMembership
import PRRevision
import PRStore
import PRStoreSQLite
import PRTopology
import PRWire

/// Begins a federation for the nodes of a topology, and has each of them join before it is started.
struct ManagedNodes: Sendable {
  private let nodes: [LocalNode]

  init(_ federation: LocalFederation) { nodes = federation.nodes }

  /// Does what has to be done before a node is started: its upstream answers.
  func prepare(_ name: String) async throws {
    guard let node = nodes.first(where: { $0.name == name }) else { return }
    // A folder of an earlier run has all.
    guard !KeyFolder(KeyFolder.standard(beside: node.database)).isComplete else { return }
    if let above = nodes.first(where: { $0.name == node.upstreams.first }) {
      try await join(node, below: above)
    } else {
      try await begin(node)
    }
  }

  private static var now: Int64 { Int64(clamping: Date().timeIntervalSince1970) }

  private func addresses(_ node: LocalNode) -> [MemberAddress] {
    node.endpoints.compactMap { endpoint in
      guard case .tls(let host, let port) = endpoint else { return nil }
      return MemberAddress("\(host):\(port)")
    }
  }

  private func begin(_ node: LocalNode) async throws {
    let store = try Store.open(StoreOptions(path: node.database)).store
    defer { store.close(isLast: false) }
    let founding = Founding(federation: .throwaway, addresses: addresses(node), at: Self.now)
    try await founding.make(in: store, keys: KeyFolder(KeyFolder.standard(beside: node.database)))
  }

  private func join(_ node: LocalNode, below above: LocalNode) async throws {
    let offer = Invitation.Offer(
      name: try Self.name(node.name), kind: node.isMirror ? .mirror : .site, addresses: addresses(node))
    let upper = try Store.open(StoreOptions(path: above.database)).store
    defer { upper.close(isLast: false) }
    let invited: Invited
    if let membership = try await upper.membership() {
      let keys = KeyFolder(KeyFolder.standard(beside: above.database))
      invited = try await MemberCommands(membership, keys: keys).invite(
        offer, hasRights: false)
    } else {
      invited = try await upper.invite(offer, hasRights: false, at: Self.now)
    }
    let store = try Store.open(StoreOptions(path: node.database)).store
    defer { store.close(isLast: false) }
    _ = try await Join(store, keys: KeyFolder(KeyFolder.standard(beside: node.database))).run(
      at: invited.address, with: invited.token)
  }

  private static func name(_ text: String) throws -> MemberName {
    do throws(NameError) {
      return try MemberName(text)
    } catch {
      throw UserFacingError("the node '\(text)' cannot be a member: \(error)")
    }
  }
}
