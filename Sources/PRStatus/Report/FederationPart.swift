// SPDX-License-Identifier: Apache-2.0

extension StatusReport {
  /// The federation as far as a node sees it: what `/api/federation` says, key for key. At the authority that is all of it, at a
  /// member what stands above and below.
  package struct FederationPart: Codable, Hashable, Sendable {
    package var name: String
    /// The authority first, each after the one above it.
    package var members: [Member]

    package init(name: String, members: [Member]) {
      self.name = name
      self.members = members
    }
  }
}

extension StatusReport.FederationPart {
  package struct Member: Codable, Hashable, Sendable {
    package var name: String
    /// The member right above; nil for the authority.
    package var parent: String?
    package var isHere = false
    package var kind: Kind
    package var state: State
    package var level: Int?
    package var lane: String?
    package var version: String?
    /// Where its status page is.
    package var page: String?
    /// Milliseconds since 1970.
    package var seenAt: Int64?
    package var copyLagSeconds: Int64?
    package var requestsPerSecond: Double?
    package var hitRatio: Double?
    /// The names of its alarms, the first of them.
    package var alarms: [String] = []
    /// Seconds since 1970.
    package var certificateExpires: Int64?

    package init(name: String, parent: String?, kind: Kind, state: State) {
      self.name = name
      self.parent = parent
      self.kind = kind
      self.state = state
    }
  }

  package enum Kind: String, Codable, Hashable, Sendable { case authority, site, mirror, machine }

  package enum State: String, Codable, Hashable, Sendable {
    case joined
    /// It has not reported for an hour.
    case absent
    /// It mints nothing: the authority has found a clone, or a restored backup.
    case stopped
    case retiring, retired, revoked
    /// It is above this node, which gets no reports of it.
    case above
    case invited
  }
}

extension StatusReport.FederationPart {
  /// A member with those below it.
  struct Branch {
    let member: Member
    let branches: [Branch]

    /// How many rows it fills where each member that has none below has a row.
    var rows: Int { max(branches.reduce(0) { $0 + $1.rows }, 1) }

    var depth: Int { 1 + (branches.map(\.depth).max() ?? 0) }
  }

  /// No tree is deeper, whatever parents say.
  private static let deepest = 32

  /// The tree; members whose parent is not among them stand at the top.
  var trees: [Branch] {
    let names = Set(members.map(\.name))
    let below = Dictionary(grouping: members) { member in
      member.parent.flatMap { names.contains($0) && $0 != member.name ? $0 : nil } ?? ""
    }
    return (below[""] ?? []).map { Self.branch($0, below, Self.deepest) }
  }

  private static func branch(_ member: Member, _ below: [String: [Member]], _ depth: Int) -> Branch {
    let next = depth > 0 ? (below[member.name] ?? []).sorted { $0.name < $1.name } : []
    return Branch(member: member, branches: next.map { branch($0, below, depth - 1) })
  }

  /// In the order of the tree, with how deep each stands.
  var inOrder: [(member: Member, depth: Int)] { trees.flatMap { Self.list($0, 0) } }

  private static func list(_ branch: Branch, _ depth: Int) -> [(member: Member, depth: Int)] {
    [(branch.member, depth)] + branch.branches.flatMap { list($0, depth + 1) }
  }
}
