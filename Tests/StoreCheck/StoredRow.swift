// SPDX-License-Identifier: Apache-2.0

package struct StoredPackage: Hashable, Comparable, Sendable {
  package var version: String
  package var pkgarch: String

  package init(_ version: String, _ pkgarch: String) {
    self.version = version
    self.pkgarch = pkgarch
  }

  package static func < (left: StoredPackage, right: StoredPackage) -> Bool {
    (left.version, left.pkgarch) < (right.version, right.pkgarch)
  }
}

package struct StoredTuple: Hashable, Sendable {
  package var package: StoredPackage
  package var checksum: String

  package init(_ package: StoredPackage, _ checksum: String) {
    self.package = package
    self.checksum = checksum
  }
}

package struct StoredRow: Hashable, Sendable, CustomStringConvertible {
  package var tuple: StoredTuple
  package var value: String

  package init(_ tuple: StoredTuple, _ value: String) {
    self.tuple = tuple
    self.value = value
  }

  package var description: String {
    "\(tuple.package.version) \(tuple.package.pkgarch) \(tuple.checksum) = \(value)"
  }
}

/// A revision by its numbers.
package struct Number: Hashable, Comparable {
  private let components: [UInt64]

  package init?(_ text: String) {
    let components = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt64($0) }
    guard !components.contains(nil) else { return nil }
    self.components = components.compactMap(\.self)
  }

  package static func < (left: Number, right: Number) -> Bool {
    left.components.lexicographicallyPrecedes(right.components)
  }
}
