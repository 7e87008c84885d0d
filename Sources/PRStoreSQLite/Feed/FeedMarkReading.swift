// SPDX-License-Identifier: Apache-2.0
import PRStore

/// Reads how far the feed has come. For one thread at a time, as its connection.
final class FeedMarkReading {
  private let connection: Connection
  private var statement: Statement?

  init(_ connection: Connection) { self.connection = connection }

  /// - Returns: nil for a file without a feed.
  func mark() throws(StoreError) -> FeedMark? {
    guard let statement = try prepared() else { return nil }
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    return FeedMark(serial: statement.number(0), removals: statement.number(1), floors: statement.number(2))
  }

  private func prepared() throws(StoreError) -> Statement? {
    if let statement { return statement }
    guard try connection.hasTable("headwater_feed") else { return nil }
    let removals =
      "SELECT CAST(value AS INTEGER) FROM headwater_store WHERE key = 'note: \(StoreMetadata.removals.rawValue)'"
    let floors =
      try connection.hasTable("headwater_floor_feed") ? "SELECT max(serial) FROM headwater_floor_feed" : "SELECT 0"
    let ready = try connection.prepare(
      "SELECT ifnull(max(serial), 0), ifnull((\(removals)), 0), ifnull((\(floors)), 0) FROM headwater_feed")
    statement = ready
    return ready
  }
}
