// SPDX-License-Identifier: Apache-2.0

/// A package's own rows, as far as the rules look at them. An engine finds each answer in its own way: the rows of a
/// database by descents of its indexes, those of a test by reading them all.
package protocol PackageRows {
  associatedtype Failure: Error

  /// The greatest value; nil while the package has no row.
  var head: PackageHead? { get }

  /// The least and the greatest values of a checksum.
  func values(of checksum: String) throws(Failure) -> ToldValues

  /// The greatest value that begins with another and a dot.
  func greatest(under ceiling: Revision) throws(Failure) -> Revision?

  /// A checksum, other than one, that has a value: the least in the order of bytes.
  func holder(of value: Revision, otherThan checksum: String) throws(Failure) -> String?
}

/// The greatest value of a package, and which checksum holds it.
package struct PackageHead: Hashable, Sendable {
  package var greatest: Revision
  package var holder: String
  /// Another checksum has the same value: BitBake's servers and hand-made imports can do that.
  package var isTied: Bool

  package init(greatest: Revision, holder: String, isTied: Bool) {
    self.greatest = greatest
    self.holder = holder
    self.isTied = isTied
  }

  @inlinable
  package func isHeld(by checksum: String) -> Bool { holder.utf8.elementsEqual(checksum.utf8) }

  /// Takes a row into account.
  ///
  /// - Returns: whether the head is another one now.
  @discardableResult
  package mutating func include(_ value: Revision, of checksum: String) -> Bool {
    if value > greatest {
      self = PackageHead(greatest: value, holder: checksum, isTied: false)
      return true
    }
    guard value == greatest, !isTied, !isHeld(by: checksum) else { return false }
    isTied = true
    return true
  }

  /// The head over some rows.
  package static func over(_ rows: some Sequence<(checksum: String, value: Revision)>) -> PackageHead? {
    var head: PackageHead?
    for row in rows {
      if head == nil {
        head = PackageHead(greatest: row.value, holder: row.checksum, isTied: false)
      } else {
        head?.include(row.value, of: row.checksum)
      }
    }
    return head
  }
}

extension PackageRows {
  /// What the rows say about a checksum, for the rules.
  ///
  /// - Parameters:
  ///   - upstream: what the upstream is known to hold, for the facts that depend on it.
  ///   - floor: the package's.
  @inlinable
  package func facts(
    for checksum: String, _ history: History, upstream: UpstreamFacts?, floor: Revision?
  ) throws(Failure) -> LocalFacts {
    var facts = LocalFacts(floor: floor)
    guard let head else { return facts }
    facts.greatest = head.greatest
    if history == .none, head.isHeld(by: checksum) {
      facts.standing = .current(head.greatest)
    } else {
      let values = try values(of: checksum)
      facts.standing = Self.standing(of: checksum, values, head)
      if history == .kept { facts.least = values.least }
    }
    if let ceiling = upstream?.greatest { facts.greatestUnderUpstream = try greatest(at: ceiling, head) }
    if let value = upstream?.value { facts.upstreamValueIsTaken = try holder(of: value, besides: checksum) != nil }
    return facts
  }

  /// A checksum, other than one, that has a value. A value above the head has none.
  @inlinable
  package func holder(of value: Revision, besides checksum: String) throws(Failure) -> String? {
    guard let head, value <= head.greatest else { return nil }
    return try holder(of: value, otherThan: checksum)
  }

  @inlinable
  package static func standing(
    of checksum: String, _ values: ToldValues, _ head: PackageHead
  ) -> LocalFacts.Standing {
    if head.isHeld(by: checksum) { return .current(head.greatest) }
    guard let greatest = values.greatest else { return .unknown }
    return head.isTied && greatest == head.greatest ? .current(greatest) : .superseded
  }

  /// The greatest value under another: the head tells most of them.
  @inlinable
  package func greatest(at ceiling: Revision, _ head: PackageHead) throws(Failure) -> Revision? {
    if head.greatest.isUnder(ceiling) { return head.greatest }
    guard head.greatest > ceiling else { return nil }
    return try greatest(under: ceiling)
  }
}
