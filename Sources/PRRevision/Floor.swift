// SPDX-License-Identifier: Apache-2.0

/// A value of a package that devices may have, although no row has it: nothing at or below it is minted.
package struct Floor: Hashable, Sendable {
  package var package: PackageKey
  package var value: Revision

  package init(package: PackageKey, value: Revision) {
    self.package = package
    self.value = value
  }

  /// Other nodes can take it.
  package var isWithinLimits: Bool {
    TupleKey(package: package, checksum: "").overlongField == nil && value.text.utf8.count <= Revision.maximumTextLength
  }
}

/// A place among the floors of a store, in the order in which they were raised.
package struct FloorPosition: Hashable, Sendable {
  /// The serial of the last floor in front of it; 0 at the start.
  package var serial: Int64
  /// Over all floors in front of it.
  package var digest: FeedDigest

  package static let start = FloorPosition(serial: 0, digest: .start)

  package init(serial: Int64, digest: FeedDigest) {
    self.serial = serial
    self.digest = digest
  }
}

/// Some floors of a store, in the order in which they were raised.
package struct FloorPage: Hashable, Sendable {
  /// In front of the first of them.
  package var start: FloorPosition
  /// Behind the last of them.
  package var position: FloorPosition
  package var floors: [Floor]
  /// There are floors behind these.
  package var hasMore: Bool

  package init(start: FloorPosition, position: FloorPosition, floors: [Floor], hasMore: Bool) {
    self.start = start
    self.position = position
    self.floors = floors
    self.hasMore = hasMore
  }
}
