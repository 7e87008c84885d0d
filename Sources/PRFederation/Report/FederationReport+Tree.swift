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

  /// The tree, with each member once. Members whose parent is not among them stand at the top, and so do those that are in a circle,
  /// or too deep.
  package var trees: [Branch] {
    let names = Set(members.map(\.name))
    var below = Dictionary(grouping: members) { member in
      member.parent.flatMap { names.contains($0) && $0 != member.name ? $0 : nil } ?? ""
    }
    var trees: [Branch] = []
    // The empty name is the first one.
    for name in below.keys.sorted() {
      for member in below.removeValue(forKey: name) ?? [] { trees.append(Self.branch(member, &below, Self.deepest)) }
    }
    return trees
  }

  /// Two members of one name, as a damaged report has them, have what is below them once: else each level would double the tree.
  private static func branch(_ member: Entry, _ below: inout [String: [Entry]], _ depth: Int) -> Branch {
    let next = depth > 0 ? (below.removeValue(forKey: member.name) ?? []).sorted { $0.name < $1.name } : []
    var branches: [Branch] = []
    for member in next { branches.append(branch(member, &below, depth - 1)) }
    return Branch(member: member, branches: branches)
  }

  /// In the order of the tree, with how deep each stands.
  package var inOrder: [(member: Entry, depth: Int)] { trees.flatMap { Self.list($0, 0) } }

  private static func list(_ branch: Branch, _ depth: Int) -> [(member: Entry, depth: Int)] {
    [(branch.member, depth)] + branch.branches.flatMap { list($0, depth + 1) }
  }
}
