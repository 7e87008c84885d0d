// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A serial, and a digest over the rows up to it.
package struct FeedPoint: Hashable, Sendable {
  package var serial: Int64
  package var digest: FeedDigest

  package init(serial: Int64, digest: FeedDigest) {
    self.serial = serial
    self.digest = digest
  }

  /// Goes past the next row. One that no follower could take has a serial, and is in no digest.
  package mutating func pass(_ row: Row) {
    serial += 1
    if row.isWithinLimits { digest.add(row) }
  }

  /// In front of the first row.
  package static let start = FeedPoint(serial: 0, digest: .start)
}
