// SPDX-License-Identifier: Apache-2.0

/// A small fact that a node keeps beside its rows, across restarts.
package enum StoreMetadata: String, Hashable, Sendable {
  /// How many nodes stand above this one, by its upstream's last answer.
  case level
  /// How far the copy has come in the upstream's feed.
  case position
  /// How far the upstream's floors are known.
  case floorPosition = "floor position"
  /// Whether the copy was seen to hold all that the upstream had: a ``CopyState``.
  case copyState = "copy state"
  /// How far a fresh copy has come that will take the copy's place.
  case freshPosition = "fresh position"
  /// How far the exchange of a fresh copy for the copy has come: a ``SwapProgress``.
  case swap
  /// The copy is one of schema 2: its greatest values stand beside the bounds.
  case oldHeads = "heads of schema 2"
  /// How often rows have left the feed: digests that were computed before do not hold.
  case removals
  /// How far the origins of copied rows have been asked for: a position in the upstream's feed.
  case originPosition = "origin position"
  /// When origins were asked for and some rows had none, in milliseconds since 1970: the upstream may have one later.
  case originGaps = "origin gaps"
  /// In which places the store's own rows were minted: a ``MinterNote``.
  case minters
  /// The place of the store in a federation, as the authority gave it: a ``Membership``.
  case membership
  /// When it was last tried whether a row can be stored.
  case checked
}
