// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// One row with what is known of its origin.
package struct RowHistory: Hashable, Sendable {
  /// Its place in the order in which rows were committed.
  package let serial: Int64
  package let checksum: String
  package let value: String
  package let provenance: Provenance

  package init(serial: Int64, checksum: String, value: String, provenance: Provenance) {
    self.serial = serial
    self.checksum = checksum
    self.value = value
    self.provenance = provenance
  }
}

/// A row with its place in the feed and what is known of its origin.
package struct FeedEntry: Hashable, Sendable {
  package let package: PackageKey
  package let story: RowHistory

  package init(package: PackageKey, story: RowHistory) {
    self.package = package
    self.story = story
  }

  var row: Row { Row(tuple: TupleKey(package: package, checksum: story.checksum), value: story.value) }
}

/// What was found, the newest first.
package struct FeedFinding: Hashable, Sendable {
  package var entries: [FeedEntry] = []
  /// There may be more than these.
  package var isPartial = false
  /// The time was over before all rows had been looked at: older ones were not.
  package var isInterrupted = false

  package init(entries: [FeedEntry] = [], isPartial: Bool = false, isInterrupted: Bool = false) {
    self.entries = entries
    self.isPartial = isPartial
    self.isInterrupted = isInterrupted
  }
}
