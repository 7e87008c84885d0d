// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// Compares the store with the last position that was confirmed to this machine. Where it does not fit, rows that were answered are
  /// gone, as after the promotion of a standby that no commit waited for: a stop mark then keeps all machines from numbering.
  enum PostgresPosition {
    static func find(
      _ connection: PostgresConnection, _ shared: PostgresShared, until deadline: ContinuousClock.Instant
    ) throws(PostgresFailure) -> StoreLoss? {
      guard let known = shared.position?.point, known.serial > 0 else { return nil }
      try connection.add(PostgresFacts.end)
      try connection.add(PostgresRows.mark, [.number(known.serial)])
      let replies = try connection.flush(until: deadline)
      // A store that was moved away has no end; the lanes say so.
      guard replies[0].count == 1 else { return nil }
      let end = try replies[0].point(0)
      guard end.serial >= known.serial else { return .behind(mark: known.serial, file: end.serial) }
      if end.serial == known.serial { return end.digest == known.digest ? nil : .otherRows(mark: known.serial) }
      var point = replies[1].count == 1 ? try replies[1].point(0) : .start
      while point.serial < known.serial {
        try connection.add(
          PostgresRows.feed, [.number(point.serial), .number(known.serial), .number(FeedPoint.spacing)])
        guard let rows = try connection.flush(until: deadline).first, rows.count > 0 else { break }
        for index in 0..<rows.count {
          point.pass(rows.row(index))
        }
      }
      return point == known ? nil : .otherRows(mark: known.serial)
    }
  }

  /// What was confirmed to a machine last.
  struct ConfirmedPosition: Hashable {
    let point: FeedPoint
    /// The recovery of the store that the position came after: what was confirmed before another one does not bind any more.
    let recovery: String
  }
#endif
