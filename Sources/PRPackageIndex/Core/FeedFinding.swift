// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// One package of an index, by the names that a device has for it.
package struct PackageVersion: Hashable, Sendable {
  package let name: String
  package let version: PublishedVersion
  package let architecture: String
  package let place: IndexPlace

  package init(_ package: PublishedPackage) {
    (name, version, architecture) = (package.name, package.version, package.architecture)
    place = package.place
  }

  package init(name: String, version: PublishedVersion, architecture: String, place: IndexPlace) {
    (self.name, self.version, self.architecture, self.place) = (name, version, architecture, place)
  }
}

/// A value and the package whose release has it.
package struct PlacedValue: Hashable, Sendable {
  package let value: Revision
  package let place: IndexPlace
}

/// What is wrong with a package feed, with a new snapshot of it, or with the database that numbered it.
package enum FeedFinding: Hashable, Sendable {
  /// Two files have one name, version and architecture, and differ in checksum or size.
  case twoContents(PackageVersion, other: IndexPlace)
  /// The newest packages of one version of a recipe have two values within one index.
  case differingValues(
    recipe: String, version: PublishedVersion, architecture: String, lower: PlacedValue, higher: PlacedValue)
  /// What follows PR in the release is not a value.
  case unreadableValue(PackageVersion)
  /// The entry cannot be used, so that nothing else is looked for in it.
  case unusableEntry(RefusedEntry)
  /// The newest version of the new snapshot is below that of the old one.
  case downgrade(old: PackageVersion, new: PackageVersion)
  /// The package has another architecture than before, and a version that is below its former one.
  case downgradeElsewhere(old: PackageVersion, new: PackageVersion)
  /// The version is that of the old snapshot, and its content is not.
  case changedContent(old: PackageVersion, new: PackageVersion)
  /// The database has no row with the package's value; `greatest` is the greatest one that it has there.
  case lostRow(PackageVersion, MappedRevision, greatest: Revision?)

  /// The name of the kind of finding, for a program that reads them.
  package var kind: String {
    switch self {
    case .twoContents: "two-contents"
    case .differingValues: "differing-values"
    case .unreadableValue: "unreadable-value"
    case .unusableEntry: "unusable-entry"
    case .downgrade: "downgrade"
    case .downgradeElsewhere: "downgrade-elsewhere"
    case .changedContent: "changed-content"
    case .lostRow: "lost-row"
    }
  }
}

extension PackageVersion: CustomStringConvertible {
  /// As a sentence names it: `busybox 1.36.1-r0.7 (core2-64)`.
  package var description: String { Self.text(name, version, architecture) }

  fileprivate static func text(_ name: String, _ version: PublishedVersion, _ architecture: String) -> String {
    "\(IndexText.quoted(name)) \(IndexText.quoted(version.description)) (\(IndexText.quoted(architecture)))"
  }
}

extension FeedFinding: CustomStringConvertible {
  package var description: String {
    switch self {
    case .twoContents(let package, let other):
      "\(package.place): \(package) has another content than at \(other)"
    case .differingValues(let recipe, let version, let architecture, let lower, let higher):
      "\(lower.place): the packages of \(PackageVersion.text(recipe, version, architecture)) have two values: "
        + "\(lower.value) here, \(higher.value) at \(higher.place)"
    case .unreadableValue(let package):
      "\(package.place): the release of \(package) does not end in a value"
    case .unusableEntry(let entry): "\(entry)"
    case .downgrade(let old, let new):
      "\(new.place): \(new) is below \(IndexText.quoted(old.version.description)) at \(old.place), "
        + "from which a device does not upgrade"
    case .downgradeElsewhere(let old, let new):
      "\(new.place): \(new) is below \(IndexText.quoted(old.version.description)) of the architecture "
        + "\(IndexText.quoted(old.architecture)) at \(old.place), from which a device does not upgrade"
    case .changedContent(let old, let new):
      "\(new.place): \(new) has another content than \(IndexText.quoted(old.version.description)) at \(old.place), "
        + "and a device does not upgrade to an equal version"
    case .lostRow(let package, let revision, let greatest):
      "\(package.place): \(package) has the value \(revision.value) of \(IndexText.quoted(revision.package.description)), "
        + "and the database has not; "
        + (greatest.map { "the greatest one there is \($0)" } ?? "it has no value of that package")
    }
  }
}
