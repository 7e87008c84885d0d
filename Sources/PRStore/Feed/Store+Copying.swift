// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What fills and exchanges copies, in transactions that are short however many rows there are: decisions are made in
/// between.
extension Store {
  /// Takes a page of the upstream's feed into the copy.
  ///
  /// - Parameters:
  ///   - start: where the copy must be for the page to fit; nil at the beginning.
  ///   - source: whose feed it is, for the story of a row.
  package func copy(
    _ page: FeedPage, from start: FeedPosition?, source: String? = nil, milliseconds: Int64
  ) async throws(StoreError) -> CopyOutcome {
    try await apply(page, from: start) { context, slice, start throws(StoreError) in
      try context.copy(slice, from: start, source: source, milliseconds: milliseconds)
    }
  }

  /// Takes a page of the upstream's feed into the fresh copy.
  package func copyFresh(_ page: FeedPage, from start: FeedPosition?) async throws(StoreError) -> CopyOutcome {
    try await apply(page, from: start) { context, slice, start throws(StoreError) in
      try context.copyFresh(slice, from: start)
    }
  }

  private func apply(
    _ page: FeedPage, from start: FeedPosition?,
    _ body: @escaping @Sendable (any WriteContext, FeedSlice, FeedPosition?) throws(StoreError) -> CopyOutcome
  ) async throws(StoreError) -> CopyOutcome {
    var (start, news) = (start, 0)
    for slice in FeedSlice.slices(of: page, from: start) {
      let from = start
      guard case .applied(let more) = try await write({ context throws(StoreError) in try body(context, slice, from) })
      else { return .movedOn }
      news += more
      start = slice.position ?? start
    }
    return .applied(news: news)
  }

  /// Takes rows into the copy that came without a position: an export of BitBake's server.
  ///
  /// - Returns: how many were news.
  package func copy(_ rows: [Row], source: String? = nil, milliseconds: Int64) async throws(StoreError) -> Int {
    var news = 0
    for slice in FeedSlice.slices(of: rows) {
      news += try await write { context throws(StoreError) in
        try context.copy(slice, source: source, milliseconds: milliseconds)
      }
    }
    return news
  }

  /// Takes rows into the fresh copy that came without a position.
  package func copyFresh(_ rows: [Row]) async throws(StoreError) {
    for slice in FeedSlice.slices(of: rows) {
      _ = try await write { context throws(StoreError) in try context.copyFresh(slice) }
    }
  }

  /// Begins a copy that will take the place of the one there is.
  package func beginFreshCopy() async throws(StoreError) {
    while try await !write({ context throws(StoreError) in try context.beginFreshCopy() }) {
      _ = try await write { context throws(StoreError) in try context.swapStep() }
    }
    keepUp()
  }

  /// Puts the fresh copy, now whole, in the place of the old one. Until one short transaction the old copy is the copy,
  /// and from then on the fresh one.
  ///
  /// - Parameters:
  ///   - place: where the fresh copy stands in the upstream's feed.
  ///   - spared: rows with a greater serial stay: they came as live answers, and the upstream may have made them while it was
  ///     copied. A serial and not a time of day, which can be set back.
  /// - Returns: how many rows the old copy had that the fresh one has not; nil when another process was faster.
  package func swapCopies(
    _ place: SwapPlace, sparingAfter spared: Int64, milliseconds: Int64
  ) async throws(StoreError) -> Int? {
    let hasBegun = try await write { context throws(StoreError) in
      var position: FeedPosition?
      if place == .atPosition {
        position = try context.reader.position(.freshPosition)
        guard position != nil else { return false }
      }
      return try context.beginSwap(at: position, sparingAfter: spared, milliseconds: milliseconds)
    }
    var vanished: Int?
    while hasBegun {
      switch try await write({ context throws(StoreError) in try context.swapStep() }) {
      case .working: continue
      case .swapped(let rows): vanished = rows
      case .idle:
        keepUp()
        return vanished
      }
    }
    return vanished
  }

  /// Goes on with what an exchange of copies has left for later, until there is no more.
  package func keepUp() {
    write { context throws(StoreError) in
      try context.keepUpStep()
    } done: { outcome in
      // What fails now is tried again when the database is opened, or copies are exchanged, the next time.
      if case .success(true) = outcome { self.keepUp() }
    }
  }
}

/// Where a fresh copy stands.
package enum SwapPlace: Hashable, Sendable {
  /// At the position that came with its last page.
  case atPosition
  /// It is one of an upstream without a feed.
  case nowhere
}

extension FeedSlice {
  fileprivate static func slices(of rows: [Row]) -> [ArraySlice<Row>] {
    stride(from: 0, to: rows.count, by: maximum).map { rows[$0..<min($0 + maximum, rows.count)] }
  }
}
