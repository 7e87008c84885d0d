// SPDX-License-Identifier: Apache-2.0
import PRAssembly
import PRClient
import PRRevision
import PRWire

extension ServerConnection {
  /// Reads all rows and all floors of a server's feed, page by page.
  ///
  /// - Parameters:
  ///   - limit: how many rows, and how many floors, are asked for at once.
  ///   - unreadable: what is said of a server that gives no page: it has no feed, or its rows became others meanwhile.
  ///   - body: is called with the rows and the floors of each page.
  func readFeed(
    limit: Int, unreadable: String, _ body: ([Row], [Floor]) async throws -> Void
  ) async throws {
    var query = ChangesQuery(limit: limit, floors: .start)
    while true {
      guard case .changes(.page(let page)) = try await ask(.changes(query)) else { throw UserFacingError(unreadable) }
      try await body(page.rows, page.floors?.floors ?? [])
      // A server that promises more and gives nothing would be asked for ever.
      let hasMoreRows = page.hasMore && page.last > query.after
      let hasMoreFloors = page.floors.map { $0.hasMore && !$0.floors.isEmpty } ?? false
      guard hasMoreRows || hasMoreFloors else { return }
      (query.store, query.after, query.digest) = (page.store, page.last, page.digest)
      if let floors = page.floors { query.floors = floors.position }
    }
  }
}
