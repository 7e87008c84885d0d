// SPDX-License-Identifier: Apache-2.0

/// One entry of an index.
package enum IndexEntry: Hashable, Sendable {
  /// The kind is nil for records of a build, which is packaged in any of the kinds.
  case package(PublishedPackage, IndexKind?)
  /// An entry that cannot be used.
  case refused(RefusedEntry)
}

/// An entry of an index that cannot be used, and why.
package struct RefusedEntry: Hashable, Sendable, CustomStringConvertible {
  package var place: IndexPlace
  package var reason: EntryRefusal

  package init(place: IndexPlace, reason: EntryRefusal) {
    (self.place, self.reason) = (place, reason)
  }

  package var description: String { "\(place): \(reason)" }
}

/// Why an entry cannot be used. Fields are named as in the index.
package enum EntryRefusal: Error, Hashable, Sendable {
  case missing(field: String)
  case repeated(field: String)
  /// The field has several lines.
  case continued(field: String)
  case tooLong(field: String, limit: Int)
  case notUTF8(field: String)
  /// A newline, a NUL, or another character that names do not have.
  case controlCharacter(field: String)
  case blank(field: String)
  case notANumber(field: String)
  case notAChecksum(field: String)
  /// Nothing says whether the entry is an ipk or a deb.
  case unknownKind
  /// The element of a `primary.xml` is no package, or one of another type.
  case otherElement
  /// The element `rpm:sourcerpm` has not the form `name-version-release.src.rpm`.
  case notASourcePackage
  /// The entry is a package of sources, which no device installs.
  case sources
  /// The name of the folder does not end with the target system of the build.
  case unknownTarget(folder: String)
}

extension EntryRefusal: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let field): "the entry has no \(field)"
    case .repeated(let field): "the entry has more than one \(field)"
    case .continued(let field): "its \(field) has more than one line"
    case .tooLong(let field, let limit): "its \(field) is longer than \(limit) bytes"
    case .notUTF8(let field): "its \(field) is not UTF-8"
    case .controlCharacter(let field): "its \(field) contains a control character"
    case .blank(let field): "its \(field) contains a blank"
    case .notANumber(let field): "its \(field) is not a number"
    case .notAChecksum(let field): "its \(field) is not a checksum of that kind"
    case .unknownKind: "the entry has no Filename that ends in .ipk or .deb, and no field that only one of them has"
    case .otherElement: "the element is not a package of the type rpm"
    case .notASourcePackage: "its rpm:sourcerpm is not called name-version-release.src.rpm"
    case .sources: "the entry is a source package"
    case .unknownTarget(let folder):
      "the folder '\(IndexText.quoted(folder))' does not end with the build's TARGET_VENDOR and an operating system; "
        + "check --target-vendor"
    }
  }
}

/// What was read.
package struct IndexSummary: Hashable, Sendable {
  /// Indexes, or folders of records.
  package var indexes = 0
  package var packages = 0
  package var refused = 0
  /// After decompression.
  package var bytes: UInt64 = 0

  package init() {}

  package mutating func count(_ entry: IndexEntry) {
    switch entry {
    case .package: packages += 1
    case .refused: refused += 1
    }
  }
}
