// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRWire

/// The feed of a node: its own rows and those of its copy, in the order in which they came.
struct MemoryFeed {
  private var rows: [(row: Row, digest: FeedDigest)] = []
  private var known: Set<Row> = []

  mutating func add(_ row: Row) {
    guard known.insert(row).inserted else { return }
    var digest = rows.last?.digest ?? .start
    digest.add(row)
    rows.append((row, digest))
  }

  /// Rows that the copy has lost leave the feed.
  mutating func keep(_ kept: Set<Row>) {
    let before = rows
    (rows, known) = ([], [])
    for (row, _) in before where kept.contains(row) { add(row) }
  }

  /// - Parameter store: whose feed it is.
  func answer(_ query: ChangesQuery, store: String) -> ChangesAnswer {
    let after = Int(clamping: query.after)
    if query.store != nil {
      guard query.store == store else { return .reset(FeedReset.store.rawValue) }
      guard after <= rows.count else { return .reset(FeedReset.shorter.rawValue) }
      guard query.digest == digest(at: after).description else { return .reset(FeedReset.digest.rawValue) }
    }
    let last = min(after + query.limit, rows.count)
    return .page(
      ChangesAnswer.Page(
        store: store, last: Int64(clamping: last), digest: digest(at: last).description, hasMore: last < rows.count,
        rows: rows[after..<last].map(\.row)))
  }

  private func digest(at serial: Int) -> FeedDigest { serial == 0 ? .start : rows[serial - 1].digest }
}
