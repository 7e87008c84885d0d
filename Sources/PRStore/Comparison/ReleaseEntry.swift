// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// One of the two releases of a comparison: a database, a frozen one, or an export.
package enum ReleaseSide: Hashable, Sendable, CaseIterable {
  case old, new
}

/// What a release has a value for. The floor of a package stands in front of its contents.
package enum ReleasePlace: Hashable, Sendable {
  case floor(PackageKey)
  case content(TupleKey)

  package var package: PackageKey {
    switch self {
    case .floor(let package): package
    case .content(let tuple): tuple.package
    }
  }
}

extension ReleasePlace: Comparable {
  package static func < (left: ReleasePlace, right: ReleasePlace) -> Bool {
    switch (left, right) {
    case (.content(let left), .content(let right)): left < right
    case (.floor(let left), .content(let right)): left <= right.package
    case (_, .floor(let right)): left.package < right
    }
  }
}

/// A row or a floor of a release. A place can have several: contents have been given several values.
package struct ReleaseEntry: Hashable, Sendable {
  package let place: ReleasePlace
  /// Its spelling. Rows of other programs may have one that is no revision.
  package let value: String

  package init(place: ReleasePlace, value: String) {
    self.place = place
    self.value = value
  }

  package init(_ row: Row) { self.init(place: .content(row.tuple), value: row.value) }

  package init(_ floor: Floor) { self.init(place: .floor(floor.package), value: floor.value.text) }
}

extension ReleaseEntry: Comparable {
  package static func < (left: ReleaseEntry, right: ReleaseEntry) -> Bool {
    left.place == right.place
      ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8) : left.place < right.place
  }
}
