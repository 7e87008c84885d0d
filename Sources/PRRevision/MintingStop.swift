// SPDX-License-Identifier: Apache-2.0

/// Why a member of a federation mints nothing. The raw value is what its database keeps.
package enum MintingStop: String, Hashable, Sendable, CaseIterable {
  /// The authority has found a clone of the store, or a restored backup.
  case cloned
  /// Another copy of the store has the lane that was given in the place of this one's.
  case superseded
  /// The member is leaving, and has told its greatest number.
  case retired
  /// The server was started before the store has joined, or for a store that is another one by now. No database keeps this one.
  case placeChanged = "place-changed"
}

extension MintingStop: CustomStringConvertible {
  package var description: String {
    switch self {
    case .cloned:
      "its database was cloned, or restored from a backup, so that its next numbers may be given already; run "
        + "'headwater federation relane' at the authority, or 'headwater join' here with a new invitation"
    case .superseded:
      "another copy of its database was given the lane that takes the place of this one's; end this copy, or begin with "
        + "an empty database and 'headwater join'"
    case .retired:
      "it is retired from its federation; build against another server, or have it join again with "
        + "'headwater invite NAME --again'"
    case .placeChanged:
      "its database has joined a federation, or left one, since this server was started; restart the server"
    }
  }
}
