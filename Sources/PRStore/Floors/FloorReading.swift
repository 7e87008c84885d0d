// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension ReadContext {
  /// The floors behind a position. Floors are never lowered, so that a follower at a position that is none of this store's can
  /// take all of them once more: it gets them from the start.
  package func floors(after position: FloorPosition, limit: Int) throws(StoreError) -> FloorPage {
    var begin = FloorPosition.start
    if position.serial > 0 {
      let entry = try floors(after: position.serial - 1, limit: 1).first
      if entry?.serial == position.serial, entry?.digest == position.digest { begin = position }
    }
    var page = FloorPage(start: begin, position: begin, floors: [], hasMore: false)
    var bytes = 0
    for entry in try floors(after: begin.serial, limit: limit + 1) {
      guard page.floors.count < limit, bytes < Self.largestFloorPage else {
        page.hasMore = true
        return page
      }
      bytes += entry.floor.package.version.utf8.count + entry.floor.package.pkgarch.utf8.count
      page.floors.append(entry.floor)
      page.position = FloorPosition(serial: entry.serial, digest: entry.digest)
    }
    return page
  }

  /// In bytes of names. The asker gets the floors behind them with its next question.
  private static var largestFloorPage: Int { 256 << 10 }
}

extension WriteContext {
  /// Raises the floors that the upstream has.
  ///
  /// - Parameters:
  ///   - store: the upstream's.
  ///   - source: its address.
  /// - Returns: how many were news.
  @discardableResult
  func take(
    _ page: FloorPage, of store: String, source: String?, milliseconds: Int64
  ) throws(StoreError) -> Int {
    let provenance = FloorProvenance(.upstream, source: source, setter: nil, milliseconds: milliseconds)
    var news = 0
    for floor in page.floors where try raise(floor, provenance) { news += 1 }
    let known = try reader.position(.floorPosition).flatMap { known in
      known.store == store ? FloorPosition(serial: known.serial, digest: known.digest) : nil
    }
    // Where a page in front of this one is missing, or another process is further, the position stays.
    guard page.start == known ?? .start || page.start == .start, page.position != known else { return news }
    let position = FeedPosition(store: store, serial: page.position.serial, digest: page.position.digest)
    try keep(.floorPosition, position.description)
    return news
  }
}

extension Store {
  /// Raises the floors of a page of the upstream's.
  ///
  /// - Returns: how many were news.
  package func take(
    _ page: FloorPage, of store: String, source: String, milliseconds: Int64
  ) async throws(StoreError) -> Int {
    try await write { context throws(StoreError) in
      try context.take(page, of: store, source: source, milliseconds: milliseconds)
    }
  }
}
