// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Where a row comes from.
package struct Provenance: Hashable, Sendable {
  package let origin: Origin
  /// The client's address, as the listener saw it. Nil without a client.
  package let asker: String?
  /// When, in milliseconds since 1970; nil for rows from before the node.
  package let milliseconds: Int64?

  package init(_ origin: Origin, asker: String?, milliseconds: Int64?) {
    self.origin = origin
    self.asker = asker
    self.milliseconds = milliseconds
  }

  /// How a row came to be.
  package enum Origin: Hashable, Sendable {
    /// This node chose the value, by this rule.
    case rule(Reason)
    /// `import-one`, or `headwater import`.
    case imported
    /// Another program wrote it into the same file.
    case foreign
    /// The upstream has it: a row of the copy, not of this node's own.
    case copied
    /// The upstream had it, until it was restored or replaced: no row of the copy any more.
    case vanished
    /// It stood in the database when the node took it over.
    case takenOver
  }
}

extension Provenance.Origin: RawRepresentable {
  package var rawValue: String {
    switch self {
    case .rule(let reason): reason.rawValue
    case .imported: "imported"
    case .foreign: "foreign"
    case .copied: "copied"
    case .vanished: "vanished"
    case .takenOver: "taken-over"
    }
  }

  package init?(rawValue: String) {
    switch rawValue {
    case "imported": self = .imported
    case "foreign": self = .foreign
    case "copied": self = .copied
    case "vanished": self = .vanished
    case "taken-over": self = .takenOver
    default:
      guard let reason = Reason(rawValue: rawValue) else { return nil }
      self = .rule(reason)
    }
  }
}

extension Provenance.Origin {
  /// The value was chosen by another node.
  package var isFromAbove: Bool {
    switch self {
    case .copied, .vanished, .rule(.adopted): true
    case .rule, .imported, .foreign, .takenOver: false
    }
  }

  /// As a person reads it who looks from a node below.
  package var explanationAbove: String {
    switch self {
    case .rule(.first): "the package's first value"
    case .rule(.next): "the next number for a new checksum"
    case .rule(.renewed): "a new number for a checksum that had been superseded"
    case .rule(.derived): "under its upstream's number"
    case .rule(.aboveFloor): "above the package's floor"
    default: explanation
    }
  }

  /// As a person reads it.
  package var explanation: String {
    switch self {
    case .rule(.first): "minted here: the package's first value"
    case .rule(.next): "minted here: the next number for a new checksum"
    case .rule(.renewed): "minted here: the checksum had been superseded, and a number never goes down"
    case .rule(.adopted): "taken from the upstream"
    case .rule(.derived): "minted here under the upstream's number"
    case .rule(.aboveFloor): "minted here above the package's floor"
    case .rule(.current), .rule(.kept), .rule(.predicted): "on record already"
    case .imported: "imported"
    case .copied: "the upstream has it"
    case .vanished: "the upstream had it, until it was restored or replaced"
    case .foreign: "written by another program"
    case .takenOver: "taken over with the database"
    }
  }
}

extension RowOrigin {
  /// As a person reads it: the node, its place, when, by which rule, and for which builder.
  ///
  /// - Parameters:
  ///   - node: how the node is called.
  ///   - time: how a time is written.
  package func words(node: String, time: (Int64) -> String) -> String {
    let place = [minter.level.map { "level \($0)" }, minter.lane.map { "lane \($0)" }].compactMap(\.self)
    let rule = Provenance.Origin(rawValue: minter.rule)?.explanationAbove ?? minter.rule
    let parts = [
      "chosen by \(node)" + (place.isEmpty ? "" : " on \(place.joined(separator: " in "))"),
      milliseconds.map { "at \(time($0))" }, rule, asker.map { "for \($0)" },
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }
}
