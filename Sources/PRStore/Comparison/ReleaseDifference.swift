// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a release has, and the one before it has not, or has otherwise.
package enum ReleaseDifference: Hashable, Sendable {
  /// The values of a content; none where a side does not have it.
  case content(TupleKey, old: [String], new: [String])
  /// Nil where a side has no floor.
  case floor(PackageKey, old: Revision?, new: Revision?)
  /// Behind all differences of its contents and its floor.
  case package(PackageDifference)
}

/// What became of a package of which anything differs.
package struct PackageDifference: Hashable, Sendable {
  package let package: PackageKey
  package let change: PackageChange
  /// The greatest values; nil where there is none.
  package let old: Revision?
  package let new: Revision?
  /// How many contents each side has.
  package let oldContents: Int
  package let newContents: Int

  package init(
    package: PackageKey, change: PackageChange, old: Revision?, new: Revision?, oldContents: Int, newContents: Int
  ) {
    self.package = package
    self.change = change
    self.old = old
    self.new = new
    self.oldContents = oldContents
    self.newContents = newContents
  }
}

/// What became of a package's greatest value. The raw values are those of JSON.
package enum PackageChange: String, Hashable, Sendable, CaseIterable {
  /// It is smaller: devices that have the old package take the new one for an older one.
  case lowered
  case gone
  case raised
  case added = "new"
  /// The same, while contents or the floor differ.
  case kept
}

/// How often what was found.
package struct ReleaseCounts: Hashable, Sendable {
  /// What one side has.
  package struct Size: Hashable, Sendable {
    package var packages = 0
    package var contents = 0
    package var floors = 0

    package init(packages: Int = 0, contents: Int = 0, floors: Int = 0) {
      self.packages = packages
      self.contents = contents
      self.floors = floors
    }
  }

  package struct Contents: Hashable, Sendable {
    package var added = 0
    package var gone = 0
    /// With other values.
    package var changed = 0
  }

  package struct Values: Hashable, Sendable {
    package var added = 0
    package var gone = 0
    package var raised = 0
    package var lowered = 0
  }

  package var old = Size()
  package var new = Size()
  package var packages = Values()
  /// Packages with the same greatest value, of which contents or the floor differ.
  package var keptPackages = 0
  /// Packages of which nothing differs.
  package var samePackages = 0
  package var contents = Contents()
  package var floors = Values()

  package var areDifferent: Bool {
    packages != Values() || keptPackages > 0 || contents != Contents() || floors != Values()
  }

  package func packages(_ change: PackageChange) -> Int {
    switch change {
    case .lowered: packages.lowered
    case .gone: packages.gone
    case .raised: packages.raised
    case .added: packages.added
    case .kept: keptPackages
    }
  }
}
