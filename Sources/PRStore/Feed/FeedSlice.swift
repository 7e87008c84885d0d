// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The part of a page that is applied in one transaction.
struct FeedSlice: Sendable {
  let rows: ArraySlice<Row>
  /// Behind the last of the rows; nil where it is unknown.
  let position: FeedPosition?
  /// With these rows the copy has come to the end of the feed.
  let endsFeed: Bool

  /// So many rows are applied in one transaction.
  static let maximum = 1024

  /// Cuts a page. Each slice has a position where the page has a row for each serial. In a page with gaps, where rows have
  /// vanished, only the last one has: what is applied before it is applied again if the last is not, which changes
  /// nothing.
  static func slices(of page: FeedPage, from start: FeedPosition?, maximum: Int = maximum) -> [FeedSlice] {
    guard page.rows.count > maximum else {
      return [FeedSlice(rows: page.rows[...], position: page.position, endsFeed: !page.hasMore)]
    }
    let (span, overflow) = page.position.serial.subtractingReportingOverflow(start?.serial ?? 0)
    let hasGaps = overflow || span != Int64(clamping: page.rows.count)
    var position = FeedPosition(
      store: page.position.store, serial: start?.serial ?? 0, digest: start?.digest ?? .start)
    var slices: [FeedSlice] = []
    for index in stride(from: 0, to: page.rows.count, by: maximum) {
      let rows = page.rows[index..<min(index + maximum, page.rows.count)]
      if rows.endIndex == page.rows.endIndex {
        position = page.position
      } else if !hasGaps {
        for row in rows { position.digest.add(row) }
        position.serial &+= Int64(clamping: rows.count)
      }
      let isLast = rows.endIndex == page.rows.endIndex
      slices.append(
        FeedSlice(rows: rows, position: hasGaps && !isLast ? nil : position, endsFeed: isLast && !page.hasMore))
    }
    return slices
  }
}
