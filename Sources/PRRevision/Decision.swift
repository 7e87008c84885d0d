// SPDX-License-Identifier: Apache-2.0

/// What a rule decided, with its reason.
package enum Decision: Hashable, Sendable {
  /// The value is on record: answer it.
  case answer(Revision, Reason)
  /// Put the value on record if it is not yet, then answer it.
  case record(Revision, Reason)
  /// The rule needs the upstream's view, and was given none.
  case askUpstream
  /// There is no value to give.
  case refuse(Refusal)
}

/// Why a tuple has its value. The raw value is what a database keeps.
package enum Reason: String, Hashable, Sendable, CaseIterable {
  /// The checksum holds the package's greatest value.
  case current
  /// The checksum keeps its first value, as `history` asks.
  case kept
  /// The first value of an unknown package.
  case first
  /// A new checksum of a known package.
  case next
  /// A checksum that was superseded gets a number above what superseded it.
  case renewed
  /// The upstream's value for the tuple.
  case adopted
  /// A local number under the upstream's.
  case derived
  /// A number above the package's floor, which is above all that is known otherwise.
  case aboveFloor = "above-floor"
  /// A read-only node says what would be minted.
  case predicted
}

/// Why there is no value.
package enum Refusal: Error, Hashable, Sendable {
  /// The next number does not fit 64 bits, or with it the revision would be longer than ``Revision/maximumTextLength``.
  case overflow(Revision)
  /// A read-only node has no value on record.
  case unrecorded
  /// A number would have to be minted, and the node's level is not known.
  case levelUnknown
  /// A number would have to be minted, and the federation's authority has stopped the node.
  case stopped(MintingStop)
  /// The value on record for the tuple belongs to another checksum of the package: an upstream has given
  /// one value to both.
  case taken(Revision, holder: String)
}

/// What a read-only node says to a tuple without a value on record.
package enum OnMiss: String, Hashable, Sendable, CaseIterable {
  /// Nothing: the request is refused with the tuple's name.
  case refuse
  /// What would be minted, as BitBake's server does.
  case predict
}
