// SPDX-License-Identifier: Apache-2.0

import PRRevision

/// Why a published package is not mapped to a revision, or its counted revision is not. Nothing is guessed instead.
package enum MappingRefusal: String, Error, Hashable, Sendable, CaseIterable {
  case noRecipe = "no-recipe"
  case noRelease = "no-release"
  case foreignRelease = "foreign-release"
  case unreadableValue = "unreadable-value"
  case tooManyNumbers = "too-many-numbers"
  case otherRelease = "other-release"
  case overriddenVersion = "overridden-version"
  case unreadableEpoch = "unreadable-epoch"
  case noArchitecture = "no-architecture"
  case ambiguousArchitecture = "ambiguous-architecture"
  case ambiguousHyphen = "ambiguous-hyphen"
  case ambiguousRevision = "ambiguous-revision"
  case unknownCountedKey = "unknown-counted-key"
  case nameTooLong = "name-too-long"
}

extension MappingRefusal: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noRecipe: "the index does not name the recipe"
    case .noRelease: "the version has no release"
    case .foreignRelease: "the release does not begin with a PR such as r0"
    case .unreadableValue: "what follows the PR in the release is not a value"
    case .tooManyNumbers:
      "the release has more numbers than a value of this node, so that the recipe's PR may have a dot; "
        + "say with --levels how many levels of nodes have numbered the feed, or read pkgdata or buildhistory, which say what PR is"
    case .otherRelease: "PKGR is not the recipe's PR with a value"
    case .overriddenVersion:
      "the version is not that of the source package, so that the package has a PKGV or PKGR of its own"
    case .unreadableEpoch: "the epoch is not a number"
    case .noArchitecture: "the index has the architecture as dpkg spells it, and no PackageArch, which OE writes"
    case .ambiguousArchitecture:
      "the index writes one sign for '-' and '_' in the architecture; give --architecture with the name as OE writes it"
    case .ambiguousHyphen:
      "the index writes '+' for '-' in the version; pkgdata or buildhistory say what PV is"
    case .ambiguousRevision:
      "the version may hold a counted source revision whose digits may belong to PV; "
        + "pkgdata or buildhistory say what PV is"
    case .unknownCountedKey:
      "the version holds a counted source revision, whose key differs between releases of OE-Core; give --release"
    case .nameTooLong: "the name is longer than \(NameLimit.bytes) bytes"
    }
  }
}
