// SPDX-License-Identifier: Apache-2.0

/// What pkgdata has recorded of a package. It does not say the architecture.
package struct RecordedPackage: Hashable, Sendable {
  /// What the package manager calls the package.
  package var name: String
  package var version: PublishedVersion
  package var recipe: String
  package var recipeVersion: RecipeVersion
  package var place: IndexPlace
}

extension PublishedPackage {
  /// Adds what the build has recorded, where the index does not say it. A record of another version says nothing.
  ///
  /// - Returns: whether the record is of this package.
  package mutating func complete(by record: RecordedPackage) -> Bool {
    guard record.name == name, record.version.release == version.release, record.version.version == version.version,
      Self.epoch(record.version) == Self.epoch(version), recipe == nil || recipe == record.recipe
    else { return false }
    recipe = record.recipe
    if recipeVersion == nil { recipeVersion = record.recipeVersion }
    return true
  }

  private static func epoch(_ version: PublishedVersion) -> String? { version.epoch == "0" ? nil : version.epoch }
}
