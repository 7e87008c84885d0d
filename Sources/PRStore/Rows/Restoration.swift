// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Puts back what a store has lost and a follower has.
package struct Restoration: Sendable {
  private let store: Store

  package init(of store: Store) { self.store = store }

  /// What became of rows that were put back.
  package struct Summary: Hashable, Sendable {
    package var added = 0
    package var known = 0
    /// Rows of the nodes above or below: those that are above come by themselves, and those below are none of this
    /// store's.
    package var others = 0
    /// Values that belong to another checksum here.
    package var conflicts: [Conflict] = []

    package init() {}
  }

  package struct Conflict: Hashable, Sendable {
    package let row: Row
    package let holder: String
  }

  /// Puts rows of the store back that another database has copied.
  ///
  /// - Parameters:
  ///   - rows: in the order of the store's feed, as far as it is known.
  ///   - areOfFeed: all of them stood in the store's feed; else those of other nodes may be among them.
  package func putBack(
    _ rows: [Row], areOfFeed: Bool, milliseconds: Int64, into summary: Summary
  ) async throws(StoreError) -> Summary {
    try await store.write(about: rows.map(\.tuple)) { context throws(StoreError) in
      var summary = summary
      let level = try context.reader.note(.level).flatMap { Int($0) } ?? 0
      let provenance = Provenance(.imported, asker: "headwater recover", milliseconds: milliseconds)
      for row in rows {
        guard let value = Revision(row.value), areOfFeed && level == 0 || value.components.count == level + 1 else {
          summary.others += 1
          continue
        }
        switch try context.take(row.tuple, value, ImportRules(allowsLower: true), provenance) {
        case .added, .addedBelow, .refusedBelow: summary.added += 1
        case .known: summary.known += 1
        case .refusedDuplicate(let holder): summary.conflicts.append(Conflict(row: row, holder: holder))
        }
      }
      return summary
    }
  }

  /// Raises floors that another database has taken over from the store.
  ///
  /// - Parameter source: that database, for the story of a floor.
  /// - Returns: how many were news.
  package func putBack(_ floors: [Floor], source: String, milliseconds: Int64) async throws(StoreError) -> Int {
    let about = floors.map { TupleKey(package: $0.package, checksum: "") }
    return try await store.write(about: about) { context throws(StoreError) in
      let provenance = FloorProvenance(
        .imported, source: source, setter: "headwater recover", milliseconds: milliseconds)
      var news = 0
      for floor in floors where try context.raise(floor, provenance) { news += 1 }
      return news
    }
  }
}
