// SPDX-License-Identifier: Apache-2.0

/// What a revision counts for: a version of a recipe, built for an architecture.
///
/// Compared byte for byte, as SQLite compares text; Swift's own `==` would call two spellings of `é` one package.
package struct PackageKey: Sendable {
  /// The version as BitBake writes it, name included: `busybox-1.36.1-r0`.
  package let version: String
  /// The package architecture: `core2-64`, `all`.
  package let pkgarch: String

  package init(version: String, pkgarch: String) {
    self.version = version
    self.pkgarch = pkgarch
  }
}

/// One content of a package: what BitBake asks a revision for.
package struct TupleKey: Sendable {
  package let package: PackageKey
  /// The checksum of the task that packaged it.
  package let checksum: String

  @inlinable
  package init(package: PackageKey, checksum: String) {
    self.package = package
    self.checksum = checksum
  }

  package init(version: String, pkgarch: String, checksum: String) {
    self.init(package: PackageKey(version: version, pkgarch: pkgarch), checksum: checksum)
  }
}

extension PackageKey: Hashable, Comparable {
  @inlinable
  package static func == (left: PackageKey, right: PackageKey) -> Bool {
    left.version.utf8.elementsEqual(right.version.utf8) && left.pkgarch.utf8.elementsEqual(right.pkgarch.utf8)
  }

  package static func < (left: PackageKey, right: PackageKey) -> Bool {
    left.version.utf8.elementsEqual(right.version.utf8)
      ? left.pkgarch.utf8.lexicographicallyPrecedes(right.pkgarch.utf8)
      : left.version.utf8.lexicographicallyPrecedes(right.version.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(bytesOf: version)
    hasher.combine(bytesOf: pkgarch)
  }
}

extension TupleKey: Hashable, Comparable {
  @inlinable
  package static func == (left: TupleKey, right: TupleKey) -> Bool {
    left.checksum.utf8.elementsEqual(right.checksum.utf8) && left.package == right.package
  }

  package static func < (left: TupleKey, right: TupleKey) -> Bool {
    left.package == right.package
      ? left.checksum.utf8.lexicographicallyPrecedes(right.checksum.utf8) : left.package < right.package
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(package)
    hasher.combine(bytesOf: checksum)
  }
}

extension Hasher {
  fileprivate mutating func combine(bytesOf text: String) {
    for byte in text.utf8 { combine(byte) }
    combine(0xFF as UInt8)  // never part of UTF-8, so that ("a", "bc") and ("ab", "c") differ
  }
}

extension PackageKey: CustomStringConvertible {
  package var description: String { "\(version) \(pkgarch)" }
}

extension TupleKey: CustomStringConvertible {
  package var description: String { "\(package) \(checksum)" }
}
