// SPDX-License-Identifier: Apache-2.0

/// One package as a package feed publishes it, or as a build has recorded it.
package struct PublishedPackage: Hashable, Sendable {
  /// What the package manager calls it.
  package var name: String
  package var version: PublishedVersion
  /// OE's package architecture. An index of rpm packages writes `_` for `-`, so that it tells only what the name may be.
  package var architecture: String
  /// The recipe's PN; nil where the index does not say.
  package var recipe: String?
  /// Nil where the index does not say.
  package var content: PublishedContent?
  package var place: IndexPlace
  /// The recipe's own version, which pkgdata and buildhistory record; nil for an index.
  package var recipeVersion: RecipeVersion?
  /// The recipe's PACKAGE_ARCH as OE writes it, where the place of the file says so: the folder of a deb index, or that of
  /// buildhistory; nil elsewhere. It stands above ``architecture``, which may be spelled in another way, or be an override.
  package var recipeArchitecture: String?
  /// The version of the source package that an rpm index names, `foo-1.0-r0.7.src.rpm`: the recipe's PKGV and PKGR, before
  /// an override for one package. Nil for other kinds.
  package var sourceVersion: PublishedVersion?
  /// The architecture is not OE's: a deb package without `PackageArch` has dpkg's alone.
  package var hasForeignArchitecture: Bool

  package init(
    name: String, version: PublishedVersion, architecture: String, recipe: String?, content: PublishedContent?,
    place: IndexPlace, recipeVersion: RecipeVersion? = nil, recipeArchitecture: String? = nil,
    sourceVersion: PublishedVersion? = nil, hasForeignArchitecture: Bool = false
  ) {
    self.name = name
    self.version = version
    self.architecture = architecture
    self.recipe = recipe
    self.content = content
    self.place = place
    self.recipeVersion = recipeVersion
    self.recipeArchitecture = recipeArchitecture
    self.sourceVersion = sourceVersion
    self.hasForeignArchitecture = hasForeignArchitecture
  }
}

/// What a recipe itself says of its version, before the PR server's values are in it.
package struct RecipeVersion: Hashable, Sendable {
  /// OE's PE; nil where there is none.
  package var epoch: String?
  /// OE's PV, with `AUTOINC` where the recipe has it.
  package var version: String
  /// OE's PR.
  package var revision: String

  package init(epoch: String?, version: String, revision: String) {
    self.epoch = epoch
    self.version = version
    self.revision = revision
  }
}

/// A version in the parts that all package managers have: `1:2.44-r0.7` is the epoch `1`, `2.44`, and the release `r0.7`.
package struct PublishedVersion: Hashable, Sendable {
  /// OE's PE; nil where there is none. An rpm index writes 0 for none.
  package var epoch: String?
  /// OE's PKGV.
  package var version: String
  /// OE's PKGR; nil where there is none.
  package var release: String?

  package init(epoch: String?, version: String, release: String?) {
    self.epoch = epoch
    self.version = version
    self.release = release
  }
}

/// What tells two builds of one version apart.
package struct PublishedContent: Hashable, Sendable {
  /// With the name of its function: `sha256:9f2c…`.
  package var checksum: String
  /// In bytes; nil where the index does not say.
  package var size: UInt64?

  package init(checksum: String, size: UInt64?) {
    self.checksum = checksum
    self.size = size
  }
}

/// Where a package stands, for the reader of a message.
package struct IndexPlace: Hashable, Sendable, CustomStringConvertible {
  package var file: String
  /// The line at which the entry begins, from 1; nil where the file is one entry.
  package var line: Int?

  package init(file: String, line: Int? = nil) {
    self.file = file
    self.line = line
  }

  package var description: String { line.map { "\(file):\($0)" } ?? file }
}

/// The kinds of package feeds. Each has a package manager, and with it an order of versions.
package enum IndexKind: String, Hashable, Sendable, CaseIterable {
  case ipk, deb, rpm
}

extension PublishedVersion: CustomStringConvertible {
  /// As dpkg and opkg write it.
  package var description: String { (epoch.map { "\($0):" } ?? "") + version + (release.map { "-\($0)" } ?? "") }
}
