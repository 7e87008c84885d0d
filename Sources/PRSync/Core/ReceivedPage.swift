// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

extension ChangesAnswer.Page {
  /// The digest behind the rows, computed from that of a position.
  func digest(from start: FeedPosition?) -> FeedDigest {
    rows.reduce(into: start?.digest ?? .start) { $0.add($1) }
  }

  /// Where the page leads from a position; nil for one that is of another feed, goes back, or promises more and goes no further.
  func end(from start: FeedPosition?) -> FeedPosition? {
    guard let told = FeedDigest(digest), store == start?.store ?? store, last >= start?.serial ?? 0,
      last > start?.serial ?? 0 || !hasMore
    else { return nil }
    return FeedPosition(store: store, serial: last, digest: told)
  }

  /// How far the page brings a copy.
  func progress(from start: FeedPosition?, waited: Duration?) -> PullProgress.Page {
    let (serials, _) = last.subtractingReportingOverflow(start?.serial ?? 0)
    let bytes = rows.reduce(0) { sum, row in
      sum + row.tuple.package.version.utf8.count + row.tuple.package.pkgarch.utf8.count + row.tuple.checksum.utf8.count
    }
    return PullProgress.Page(
      serials: serials, rows: rows.count + (floors?.floors.count ?? 0), bytes: bytes,
      hasMore: hasMore || floors?.hasMore ?? false, waited: waited)
  }
}

extension FloorPage {
  /// Believes floors that have the digest that came with them.
  ///
  /// - Parameters:
  ///   - digest: computed over the floors, from the digest of where they begin.
  ///   - asked: where they were asked for from. They may begin at the start instead.
  func checked(
    _ digest: FeedDigest?, from asked: FloorPosition, by server: Endpoint
  ) throws(SyncError) -> FloorPage {
    let isBehindAsked = start.serial == asked.serial
    guard isBehindAsked || start.serial == 0, position.serial >= start.serial,
      floors.isEmpty == (position.serial == start.serial), !hasMore || !floors.isEmpty
    else { throw .nonsense(server) }
    guard digest == position.digest else { throw .digest(server) }
    return FloorPage(
      start: isBehindAsked ? asked : .start, position: position, floors: floors.filter(\.isWithinLimits),
      hasMore: hasMore)
  }
}
