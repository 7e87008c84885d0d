// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A floor with its place in the order in which floors were raised. Entries are never removed, and the floor of a package is
/// that of its last entry: none is lower than the one before.
package struct FloorEntry: Hashable, Sendable {
  package let serial: Int64
  package let floor: Floor
  package let provenance: FloorProvenance
  /// Over this entry and all in front of it.
  package let digest: FeedDigest

  package init(serial: Int64, floor: Floor, provenance: FloorProvenance, digest: FeedDigest) {
    self.serial = serial
    self.floor = floor
    self.provenance = provenance
    self.digest = digest
  }

  /// The entry behind another.
  ///
  /// - Parameter last: nil for the first one.
  package init(after last: FloorEntry?, _ floor: Floor, _ provenance: FloorProvenance) {
    var digest = last?.digest ?? .start
    digest.add(floor)
    self.init(serial: (last?.serial ?? 0) + 1, floor: floor, provenance: provenance, digest: digest)
  }
}

extension FeedDigest {
  /// Takes a floor into account: its three names, each behind its length in bytes.
  package mutating func add(_ floor: Floor) {
    add([floor.package.version, floor.package.pkgarch, floor.value.text])
  }
}
