// SPDX-License-Identifier: Apache-2.0

/// Something that is wrong with a database that is open, and lasts.
package enum StoreTrouble: Hashable, Sendable {
  /// It lacks rows that were answered. While it is held nothing is numbered.
  case lost(StoreLoss, isHeld: Bool)
  /// Its mark cannot be written, for this reason.
  case unmarked(String)
  /// Commits wait for no standby any more. The last names; nil if the store records only that commits waited.
  case noStandbys(before: String?)

  /// What the causes of all of them begin with.
  package static let family = "database-"

  /// A name that is the same after a restart.
  package var cause: String {
    switch self {
    case .lost: Self.family + "lacks-rows"
    case .unmarked: Self.family + "mark"
    case .noStandbys: Self.family + "standbys"
    }
  }

  package var text: String {
    switch self {
    case .lost(let loss, isHeld: true):
      "the database lacks revisions that were answered, and nothing new is numbered: \(loss)"
    case .lost(let loss, isHeld: false):
      "the database lacks revisions that were answered, and their values may be given again: \(loss)"
    case .unmarked(let reason): reason
    case .noStandbys(let before):
      "synchronous_standby_names of the database is empty, and was \(before.map { "'\($0)'" } ?? "not before"): nothing is answered"
    }
  }

  /// What to do about it.
  package var advice: String {
    switch self {
    case .lost(_, isHeld: true):
      "bring the rows back with 'headwater recover --from FOLLOWER', or accept the loss with 'headwater recover "
        + "--acknowledge-loss'"
    case .lost(_, isHeld: false):
      "bring the rows back with 'headwater recover --from FOLLOWER'; the durability that was chosen allows the loss"
    case .noStandbys: "set it back, or go on without standbys with 'headwater authority accept-standbys'"
    case .unmarked: "until it can be written, a loss of the last rows would not be noticed"
    }
  }
}
