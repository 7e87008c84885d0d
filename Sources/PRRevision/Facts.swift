// SPDX-License-Identifier: Apache-2.0

/// Whether numbers may be taken up again.
public enum History: Hashable, Sendable {
  /// What a node answers for a package never goes down: all that OE-Core ever asks.
  case none
  /// A known tuple keeps its first value for ever.
  case kept

  /// From the protocol's `history` field.
  public init(kept: Bool) { self = kept ? .kept : .none }
}

/// What a node's own rows say about a tuple, as read in the transaction that decides.
public struct LocalFacts: Hashable, Sendable {
  /// The greatest value of the package; nil while the package has no own row.
  public var greatest: Revision?
  /// Where the checksum stands in its package.
  public var standing: Standing
  /// The least value of the checksum. Needed for ``History/kept`` only.
  public var least: Revision?
  /// The greatest value of the package that begins with the upstream's greatest value and a dot. Needed for the
  /// `bitbake` numbering with an upstream only.
  public var greatestUnderUpstream: Revision?
  /// The greatest value that the upstream has for the checksum belongs to another checksum here.
  public var upstreamValueIsTaken: Bool

  public init(
    greatest: Revision? = nil, standing: Standing = .unknown, least: Revision? = nil,
    greatestUnderUpstream: Revision? = nil, upstreamValueIsTaken: Bool = false
  ) {
    self.greatest = greatest
    self.standing = standing
    self.least = least
    self.greatestUnderUpstream = greatestUnderUpstream
    self.upstreamValueIsTaken = upstreamValueIsTaken
  }

  /// Where a checksum stands in its package.
  public enum Standing: Hashable, Sendable {
    /// It has no own value.
    case unknown
    /// It has values, all below the package's greatest.
    case superseded
    /// It holds the package's greatest value, spelt like this.
    case current(Revision)
  }
}

/// What the upstream, and everything above it, is known to hold for a tuple.
public struct UpstreamFacts: Hashable, Sendable {
  /// The greatest value of the package; nil when the upstream does not know the package.
  public var greatest: Revision?
  /// The greatest value of the checksum; nil when the upstream does not know the tuple.
  public var value: Revision?

  public init(greatest: Revision? = nil, value: Revision? = nil) {
    self.greatest = greatest
    self.value = value
  }

  /// An upstream that knows nothing of the package.
  public static let nothing = UpstreamFacts()
}

/// What a decision may take from above.
public enum UpstreamView: Hashable, Sendable {
  /// The node stands alone.
  case none
  /// The node has an upstream that has not been asked yet.
  case unasked
  /// The upstream's answer, or what the last copy of it says.
  case facts(UpstreamFacts)
}
