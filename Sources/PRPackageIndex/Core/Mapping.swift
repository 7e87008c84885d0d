// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A value that the PR server gave, and the package that it was given to.
package struct MappedRevision: Hashable, Sendable {
  package let package: PackageKey
  package let value: Revision

  package init(package: PackageKey, value: Revision) {
    self.package = package
    self.value = value
  }
}

/// What a published package says of the PR server's answers.
package struct Mapping: Hashable, Sendable {
  /// The value of the release, then the count of a source revision; empty if the version has none of them.
  package var revisions: [MappedRevision] = []
  /// Why a value is missing above.
  package var refusals: [MappingRefusal] = []

  package init(revisions: [MappedRevision] = [], refusals: [MappingRefusal] = []) {
    self.revisions = revisions
    self.refusals = refusals
  }

  /// Whether the package was built without a PR server, and so says nothing.
  package var isNothing: Bool { revisions.isEmpty && refusals.isEmpty }
}

/// What an index does not say, and an operator can.
package struct MappingFacts: Sendable {
  /// How many numbers a value may have: the level of the node that answered, plus one.
  package var maximumNumbers: Int
  /// Nil where the release of OE-Core is not named. Counted source revisions are refused then.
  package var countedKey: CountedRevisionKey?
  package var architectures: ArchitectureNames

  package init(
    maximumNumbers: Int, countedKey: CountedRevisionKey? = nil,
    architectures: ArchitectureNames = ArchitectureNames(given: [])
  ) {
    self.maximumNumbers = maximumNumbers
    self.countedKey = countedKey
    self.architectures = architectures
  }
}
