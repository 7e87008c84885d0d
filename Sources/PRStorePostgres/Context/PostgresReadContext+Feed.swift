// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// What goes through many rows, a piece at a time.
  extension PostgresReadContext {
    /// So many rows are fetched at once.
    private static let piece: Int64 = 2048

    func feedIdentity() -> String { identity }

    func newestSerial() throws(StoreError) -> Int64 {
      let reply = try ask(PostgresFacts.end)
      return reply.count == 0 ? 0 : reply.number(0, 0) + Int64(clamping: set.rows.count)
    }

    func readFeed(after start: Int64, to end: Int64, _ body: (Int64, Row?) -> Bool) throws(StoreError) -> Bool {
      var place = start
      while place < end {
        try checkTime()
        let reply = try ask(PostgresRows.feed, .number(place), .number(end), .number(Self.piece))
        guard reply.count > 0 else { return true }
        for index in 0..<reply.count {
          let row = reply.row(index)
          place = reply.number(index, 0)
          guard body(place, row.isWithinLimits ? row : nil) else { return false }
        }
      }
      return true
    }

    func story(of package: PackageKey, checksum: String?) throws(StoreError) -> [RowHistory] {
      let reply = try ask(PostgresRows.story, .bytes(PostgresKeys.package(package)))
      return (0..<reply.count).map { reply.story($0) }.filter { row in
        checksum.map { $0.utf8.elementsEqual(row.checksum.utf8) } ?? true
      }
    }

    func entries(after serial: Int64, limit: Int) throws(StoreError) -> [FeedEntry] {
      let reply = try ask(PostgresRows.feed, .number(serial), .number(.max), .number(Int64(clamping: limit)))
      return (0..<reply.count).map { reply.entry($0) }
    }

    /// An authority has no upstream.
    func keptOrigin(of row: Row) -> RowOrigin? { nil }

    func lastEntries(_ limit: Int) throws(StoreError) -> [FeedEntry] {
      let reply = try ask(PostgresRows.last, .number(.max), .number(Int64(clamping: limit)))
      return (0..<reply.count).map { reply.entry($0) }
    }

    func find(_ words: [String], limit: Int) throws(StoreError) -> FeedFinding {
      var finding = FeedFinding()
      guard !words.isEmpty else { return finding }
      let search = WordSearch(words)
      var place = Int64.max
      while true {
        guard !isOver else {
          (finding.isPartial, finding.isInterrupted) = (true, true)
          return finding
        }
        let reply = try ask(PostgresRows.last, .number(place), .number(Self.piece))
        guard reply.count > 0 else { return finding }
        for index in 0..<reply.count {
          let tuple = reply.row(index).tuple
          place = reply.number(index, 0)
          guard search.matches(tuple) else { continue }
          guard finding.entries.count < limit else {
            finding.isPartial = true
            return finding
          }
          finding.entries.append(reply.entry(index))
        }
      }
    }

    // MARK: Exports

    /// A page ends with the row that takes it beyond this many bytes of names and values.
    private static let largestPage = 256 << 10

    /// With history in the order of serials; else in the order of the packages' hashes.
    func readPage(
      of filter: RowFilter, from cursor: RowCursor, includesCopy: Bool, size: Int
    ) throws(StoreError) -> RowPage {
      filter.history == .kept ? try pageOfRows(filter, cursor, size) : try pageOfPackages(filter, cursor, size)
    }

    private func pageOfRows(_ filter: RowFilter, _ cursor: RowCursor, _ size: Int) throws(StoreError) -> RowPage {
      try checkTime()
      var start: Int64 = 0
      if let row = cursor.after {
        let place = try ask(PostgresRows.place, .bytes(PostgresKeys.tuple(row.tuple)), .text(row.value))
        guard place.count == 1 else { return RowPage(rows: [], next: nil) }
        start = place.number(0, 0)
      }
      let reply = try ask(PostgresRows.feed, .number(start), .number(.max), .number(Int64(clamping: size)))
      return page(of: filter, (0..<reply.count).map { reply.row($0) }, isWhole: reply.count < size)
    }

    private func pageOfPackages(_ filter: RowFilter, _ cursor: RowCursor, _ size: Int) throws(StoreError) -> RowPage {
      try checkTime()
      let start = cursor.after.map { PostgresKeys.package($0.tuple.package) } ?? []
      let reply = try ask(PostgresRows.packages, .bytes(start), .number(Int64(clamping: size)))
      let rows = (0..<reply.count).map { reply.row($0) }
      let packages = Set(rows.map(\.tuple.package)).count
      return page(of: filter, rows, isWhole: packages < size, endsWithPackage: true)
    }

    /// - Parameter endsWithPackage: a page has all rows of its last package, however large it gets.
    private func page(
      of filter: RowFilter, _ rows: [Row], isWhole: Bool, endsWithPackage: Bool = false
    ) -> RowPage {
      var page: [Row] = []
      var bytes = 0
      var last: Row?
      for row in rows {
        let mayEnd = !endsWithPackage || last?.tuple.package != row.tuple.package
        if bytes >= Self.largestPage, mayEnd { return RowPage(rows: page, next: RowCursor(after: last)) }
        last = row
        guard filter.selects(row.tuple) else { continue }
        page.append(row)
        bytes += row.size
      }
      return RowPage(rows: page, next: isWhole ? nil : last.map { RowCursor(after: $0) })
    }
  }
#endif
