// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite

extension Store {
  /// What the feed says to somebody at a position.
  package func changes(after position: FeedPosition?, limit: Int = 8192) async throws -> FeedAnswer {
    try await withCheckedContinuation { continuation in
      changes(after: position, floors: nil, limit: limit) { continuation.resume(returning: $0) }
    }.get()
  }

  /// A page of the feed. Fails where there is a reset.
  package func page(after position: FeedPosition?, limit: Int = 8192) async throws -> FeedPage {
    switch try await changes(after: position, limit: limit) {
    case .page(let page): return page
    case .reset(let reset): throw reset
    }
  }

  /// The whole feed, with every position on the way.
  package func feed(limit: Int = 8192) async throws -> (rows: [Row], positions: [FeedPosition]) {
    var (rows, positions) = ([Row](), [FeedPosition]())
    while true {
      let page = try await page(after: positions.last, limit: limit)
      rows += page.rows
      positions.append(page.position)
      if !page.hasMore { return (rows, positions) }
    }
  }

  /// Copies all that another store's feed has, page by page.
  package func follow(_ other: Store, limit: Int = 8192, milliseconds: Int64 = 1) async throws {
    while true {
      let start = try await read { reader throws(StoreError) in try reader.position(.position) }
      let page = try await other.page(after: start, limit: limit)
      _ = try await copy(page, from: start, milliseconds: milliseconds)
      if !page.hasMore { return }
    }
  }

  /// The rows of the copy alone, in the order of their keys.
  package func copiedRows(_ path: String) throws -> [Row] {
    let other = try ForeignProcess(path)
    defer { try? other.close() }
    return try other.ask("SELECT version, pkgarch, checksum, value FROM headwater_copy").map { row in
      Row(tuple: TupleKey(row[0] ?? "", row[1] ?? "", row[2] ?? ""), value: row[3] ?? "")
    }
  }
}

extension FeedReset: Error {}
