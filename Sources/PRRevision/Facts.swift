// SPDX-License-Identifier: Apache-2.0

/// Whether numbers may be taken up again.
package enum History: Hashable, Sendable {
  /// What a node answers for a package never goes down: all that OE-Core ever asks.
  case none
  /// A known tuple keeps its first value for ever.
  case kept

  /// From the protocol's `history` field.
  package init(kept: Bool) { self = kept ? .kept : .none }
}

/// What a node's own rows say about a tuple, as read in the transaction that decides.
package struct LocalFacts: Hashable, Sendable {
  /// The greatest value of the package; nil while the package has no own row.
  package var greatest: Revision?
  /// Where the checksum stands in its package.
  package var standing: Standing
  /// The least value of the checksum. Needed for ``History/kept`` only.
  package var least: Revision?
  /// The greatest value of the package that begins with the upstream's greatest value and a dot. Needed for the
  /// `bitbake` numbering with an upstream only.
  package var greatestUnderUpstream: Revision?
  /// The greatest value that the upstream has for the checksum belongs to another checksum here.
  package var upstreamValueIsTaken: Bool
  /// The package's floor: nothing at or below it is minted, and a value below it is current no more.
  package var floor: Revision?

  @inlinable
  package init(
    greatest: Revision? = nil, standing: Standing = .unknown, least: Revision? = nil,
    greatestUnderUpstream: Revision? = nil, upstreamValueIsTaken: Bool = false, floor: Revision? = nil
  ) {
    self.greatest = greatest
    self.standing = standing
    self.least = least
    self.greatestUnderUpstream = greatestUnderUpstream
    self.upstreamValueIsTaken = upstreamValueIsTaken
    self.floor = floor
  }

  /// Whether a value is not below the floor.
  func reachesFloor(_ value: Revision) -> Bool { floor.map { value >= $0 } ?? true }

  /// Where a checksum stands in its package.
  package enum Standing: Hashable, Sendable {
    /// It has no own value.
    case unknown
    /// It has values, all below the package's greatest.
    case superseded
    /// It holds the package's greatest value, spelt like this.
    case current(Revision)
  }
}

/// What the upstream, and everything above it, is known to hold for a tuple.
package struct UpstreamFacts: Hashable, Sendable {
  /// The greatest value of the package; nil when the upstream has no row of the package.
  package var greatest: Revision?
  /// The greatest value of the checksum; nil when the upstream has no row of the tuple.
  package var value: Revision?

  @inlinable
  package init(greatest: Revision? = nil, value: Revision? = nil) {
    self.greatest = greatest
    self.value = value
  }

  /// An upstream without a row of the package.
  package static let nothing = UpstreamFacts()
}

/// An upstream's answer for a tuple: every value a revision.
package struct UpstreamAnswer: Hashable, Sendable {
  /// The greatest value of the package; nil when no upstream has a row of the package.
  package var greatest: Revision?
  /// Values of the checksum, at least its greatest.
  package var values: [Revision]
  /// The checksum has more values than these.
  package var hasMore: Bool
  /// The upstream could ask its own upstream, or has none.
  package var isComplete: Bool
  /// How many nodes stand above the upstream; 0 for BitBake's own server, nil for one whose level is not known.
  package var level: Int?
  /// The server that answered, for the story of a row.
  package var source: String?

  package init(
    greatest: Revision?, values: [Revision], hasMore: Bool = false, isComplete: Bool = true, level: Int? = 0,
    source: String? = nil
  ) {
    self.hasMore = hasMore
    self.source = source
    self.greatest = ([greatest].compactMap(\.self) + values).max()
    self.values = values
    self.isComplete = isComplete
    self.level = level
  }

  package var facts: UpstreamFacts { UpstreamFacts(greatest: greatest, value: values.max()) }
}

/// What a decision may take from above.
package enum UpstreamView: Hashable, Sendable {
  /// The node stands alone.
  case none
  /// The node has an upstream that has not been asked yet.
  case unasked
  /// The upstream's answer, or what the last copy of it says.
  case facts(UpstreamFacts)
}
