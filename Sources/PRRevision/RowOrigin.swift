// SPDX-License-Identifier: Apache-2.0

/// Which node has chosen the value of a row, by which rule and when: what `changes` says of a row beside the row itself.
package struct RowOrigin: Hashable, Sendable {
  package var minter: Minter
  /// When, in milliseconds since 1970; nil where it is not known.
  package var milliseconds: Int64?
  /// The builder for which it was chosen, where its node shares that.
  package var asker: String?

  package init(_ minter: Minter, milliseconds: Int64?, asker: String? = nil) {
    self.minter = minter
    self.milliseconds = milliseconds
    self.asker = asker
  }

  /// What many rows have in common.
  package struct Minter: Hashable, Sendable {
    /// The identity of the store.
    package var store: String
    /// The node's name in its federation; nil for one that is no member.
    package var member: String?
    package var level: Int?
    package var lane: String?
    /// How the value came to be, as the node's own database has it.
    package var rule: String

    package init(store: String, member: String? = nil, level: Int? = nil, lane: String? = nil, rule: String) {
      self.store = store
      self.member = member
      self.level = level
      self.lane = lane
      self.rule = rule
    }
  }

  /// A peer may send any text. What is kept is short, and can be shown on a terminal.
  package var isWithinLimits: Bool {
    let texts = [minter.store, minter.member, minter.lane, minter.rule, asker].compactMap(\.self)
    return texts.allSatisfy { text in
      text.utf8.count <= Self.longestText && text.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
    } && (0...Partition.deepest).contains(minter.level ?? 0)
  }

  /// In bytes.
  package static let longestText = 128
}
