// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What is wrong with a PR database, BitBake's or ours.
package struct AuditReport: Hashable, Sendable {
  package var tables: [String] = []
  package var rows = 0
  /// Those that are known of the upstream; they are not among the rows.
  package var copiedRows = 0
  package var packages = 0
  /// SQLite's own findings; empty when the file is sound.
  package var damage: [String] = []
  package var findings: [AuditFinding] = []

  package init() {}

  /// Compares the digest of a floor with that over it and all in front of it.
  ///
  /// - Parameter digest: that of the entry in front of it, and then its own: one change is one finding.
  package mutating func check(_ entry: FloorEntry, behind digest: inout FeedDigest) {
    digest.add(entry.floor)
    if digest != entry.digest { findings.append(.changedFloor(entry)) }
    digest = entry.digest
  }

  package var isClean: Bool { damage.isEmpty && findings.isEmpty }

  /// Those for which the text order of their values is not the order of the numbers. Nothing is wrong with them.
  package var misleading: [AuditFinding] { findings.filter(\.isOfTextOrder) }

  /// Nothing is wrong for a server that compares numbers as numbers.
  package var isSound: Bool {
    damage.isEmpty
      && findings.allSatisfy(\.isOfTextOrder)
  }
}

/// One thing that is wrong with the rows of a package.
package enum AuditFinding: Hashable, Sendable {
  /// One value names two contents.
  case duplicate(PackageKey, value: String, checksums: [String])
  /// The same with rows of the copy: what a node that stores nothing does not answer for all of them.
  ///
  /// - Parameters:
  ///   - own: those that have it as an own row.
  ///   - copied: the others.
  case copiedDuplicate(PackageKey, value: String, own: [String], copied: [String])
  /// A value that is no revision.
  case unreadable(TupleKey, value: String)
  /// The greatest value as text is not the greatest as a number: BitBake's own server goes backwards here.
  case misleadingOrder(PackageKey, asText: String, asNumber: String)
  /// A head does not fit the rows that it is derived from.
  case wrongHead(HeadFault)
  /// The floor of a package is not that of its last entry, or has none.
  case wrongFloor(PackageKey, recorded: String?, found: String?)
  /// The digest of a floor is not that over it and all in front of it: entries were changed or deleted by hand.
  case changedFloor(FloorEntry)
  /// The feed has a row that `PRMAIN` lacks: it was deleted or changed by hand.
  case missing(Row)
  /// `PRMAIN` has a row that the feed lacks: it was changed by hand.
  case unrecorded(Row)

  package var isOfTextOrder: Bool {
    if case .misleadingOrder = self { true } else { false }
  }
}

/// A head or a number index on record that does not fit the rows of its package. Both are derived from the rows: the rows
/// are right.
package struct HeadFault: Hashable, Sendable {
  package let package: PackageKey
  /// Whether it is over the copy of the upstream, and not over the own rows.
  package let isOfCopy: Bool
  /// The head fits; the number index does not.
  package var isOfIndex = false
  /// The head fits the rows, and says wrongly whether the floor is above it.
  package var isOfFloor = false
  /// The greatest value on record; nil where none is.
  package let recorded: String?
  /// The greatest value of the rows; nil where there is no row.
  package let found: String?

  package init(
    package: PackageKey, isOfCopy: Bool, isOfIndex: Bool = false, isOfFloor: Bool = false, recorded: String?,
    found: String?
  ) {
    self.package = package
    self.isOfCopy = isOfCopy
    self.isOfIndex = isOfIndex
    self.isOfFloor = isOfFloor
    self.recorded = recorded
    self.found = found
  }

  /// What is wrong, as a person reads it.
  package var text: String {
    let place = isOfCopy ? "the copied rows" : "the rows"
    if isOfIndex { return "the number index of \(package) has other rows than \(place)" }
    if isOfFloor { return "the head of \(package) says wrongly whether the floor is above the greatest value" }
    let (recorded, found) = (recorded ?? "nothing", found ?? "nothing")
    guard recorded != found else {
      return "the holder of \(found), the greatest value of \(package), is not that of \(place)"
    }
    return "the greatest value of \(package) is \(recorded) on record, and \(found) in \(place)"
  }
}
