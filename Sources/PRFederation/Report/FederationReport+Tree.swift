// SPDX-License-Identifier: Apache-2.0

extension FederationReport {
  /// A member with those below it.
  package struct Branch {
    package let member: Entry
    package let branches: [Branch]

    /// How many rows it fills where each member that has none below has a row.
    package var rows: Int { max(branches.reduce(0) { $0 + $1.rows }, 1) }

    package var depth: Int { 1 + (branches.map(\.depth).max() ?? 0) }
  }

  /// No tree is deeper, whatever parents say.
  private static let deepest = 32

  /// The tree; members whose parent is not among them stand at the top.
  package var trees: [Branch] {
    let names = Set(members.map(\.name))
    let below = Dictionary(grouping: members) { member in
      member.parent.flatMap { names.contains($0) && $0 != member.name ? $0 : nil } ?? ""
    }
    return (below[""] ?? []).map { Self.branch($0, below, Self.deepest) }
  }

  private static func branch(_ member: Entry, _ below: [String: [Entry]], _ depth: Int) -> Branch {
    let next = depth > 0 ? (below[member.name] ?? []).sorted { $0.name < $1.name } : []
    return Branch(member: member, branches: next.map { branch($0, below, depth - 1) })
  }

  /// In the order of the tree, with how deep each stands.
  package var inOrder: [(member: Entry, depth: Int)] { trees.flatMap { Self.list($0, 0) } }

  private static func list(_ branch: Branch, _ depth: Int) -> [(member: Entry, depth: Int)] {
    [(branch.member, depth)] + branch.branches.flatMap { list($0, depth + 1) }
  }
}
