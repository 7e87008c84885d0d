// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension Store {
  /// The greatest last numbers of the store's own rows, by their level: how many components stand before the last.
  package func greatestLastNumbers() async throws(StoreError) -> [Int: UInt64] {
    typealias Place = (cursor: RowCursor, found: [Int: UInt64])
    let filter = RowFilter(history: .kept)
    return try await withCheckedContinuation { (continuation: CheckedContinuation<Outcome, Never>) in
      read(in: .long, for: .node, from: Scan()) { reader, scan throws(StoreError) in
        var scan = scan
        let page = try reader.page(of: filter, from: scan.cursor, includesCopy: false)
        for row in page.rows { scan.take(row.value) }
        guard let next = page.next else { return .done(scan.found) }
        scan.cursor = next
        return .again(scan)
      } done: {
        continuation.resume(returning: $0)
      }
    }.get()
  }

  private typealias Outcome = Result<[Int: UInt64], StoreError>

  private struct Scan {
    var cursor = RowCursor.start
    var found: [Int: UInt64] = [:]

    mutating func take(_ value: String) {
      guard let components = Revision(value)?.components, let last = components.last else { return }
      let level = components.count - 1
      found[level] = max(found[level] ?? 0, last)
    }
  }
}
