// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore

/// How far the exchange of a fresh copy for the copy has come. It stands in the database, so that any process that serves
/// the file can go on with it, after a crash too.
///
/// The copy is the old one until one short transaction renames the tables, and the fresh one from then on. That
/// transaction also makes the rows of `headwater_leaving` vanish from the feed, all at once: readers leave them out as
/// long as ``Phase/isSwapped`` says so, and each step marks some of them for good.
struct SwapProgress: Hashable, Sendable, Codable {
  var phase = Phase.clearing
  /// The last serial that was looked at.
  var serial: Int64 = 0
  /// The last row of the new copy that was looked at: its four names.
  var row: [String]?
  /// The table of the old copy's rows, once it is the old one.
  var old: String?
  /// Where the fresh copy stands in the upstream's feed; nil for an upstream without one.
  var position: String?
  /// Rows with a greater serial stay in the copy.
  var spared: Int64
  /// The time since 1970 that new rows get.
  var milliseconds: Int64
  /// How many rows the old copy has that the fresh one has not.
  var vanished = 0

  enum Phase: String, Hashable, Sendable, Codable {
    /// What an exchange that was given up has left in `headwater_leaving` is removed: → `marking`.
    case clearing
    /// The feed is walked; copied rows that the fresh copy has not are put into `headwater_leaving`: → `announcing`, with
    /// the exchange.
    case marking
    /// Rows that only the new copy has get their places in the feed: → `sweeping`.
    case announcing
    /// The rows of `headwater_leaving` are marked in the feed as vanished: → none.
    case sweeping

    /// The fresh copy is the copy.
    var isSwapped: Bool { self == .announcing || self == .sweeping }
  }

  /// What the note of it says.
  var text: String {
    get throws(StoreError) {
      guard let data = try? JSONEncoder().encode(self) else { throw .abandoned }
      return String(decoding: data, as: UTF8.self)
    }
  }

  init(spared: Int64, milliseconds: Int64, position: FeedPosition?) {
    self.spared = spared
    self.milliseconds = milliseconds
    self.position = position?.description
  }

  /// Reads what ``text`` writes.
  init?(_ text: String) {
    guard let known = try? JSONDecoder().decode(SwapProgress.self, from: Data(text.utf8)) else { return nil }
    self = known
  }
}

extension SQLiteReadContext {
  /// Nil where no copy is being exchanged.
  func swapProgress() throws(StoreError) -> SwapProgress? { try note(.swap).flatMap { SwapProgress($0) } }

  /// Rows of the feed that have left it, though they are not marked so yet.
  func hidesLeavingRows() throws(StoreError) -> Bool { try swapProgress()?.phase.isSwapped ?? false }
}
