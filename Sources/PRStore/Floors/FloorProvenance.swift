// SPDX-License-Identifier: Apache-2.0

/// Where a floor comes from.
package struct FloorProvenance: Hashable, Sendable {
  package let origin: Origin
  /// The file and the line, the other package, or the upstream's address.
  package let source: String?
  /// The user and the host of the command that raised it; nil where the upstream did.
  package let setter: String?
  /// When, in milliseconds since 1970.
  package let milliseconds: Int64

  package init(_ origin: Origin, source: String?, setter: String?, milliseconds: Int64) {
    self.origin = origin
    self.source = source
    self.setter = setter
    self.milliseconds = milliseconds
  }

  /// The raw value is what a database keeps.
  package enum Origin: String, Hashable, Sendable, CaseIterable {
    /// An entry of a package feed's index.
    case packageIndex = "package-index"
    /// What builds have recorded.
    case buildHistory = "buildhistory"
    /// Another package of this store, whose numbers go on here.
    case package
    case `operator`
    /// A file that an export has written.
    case imported
    case upstream
  }
}

extension FloorProvenance {
  /// As a person reads it.
  package var explanation: String {
    let source = source ?? "?"
    return switch origin {
    case .packageIndex: "a package feed has it: \(source)"
    case .buildHistory: "a buildhistory has it: \(source)"
    case .package: "it goes on from the package \(source)"
    case .operator: "set by hand"
    case .imported: "imported: \(source)"
    case .upstream: "the upstream has this floor: \(source)"
    }
  }
}
