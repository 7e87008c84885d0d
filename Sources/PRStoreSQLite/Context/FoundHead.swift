// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// What was found where the head of a package is kept.
struct FoundHead: Sendable {
  /// Nil when the package has no row that is a revision, or its place does not tell.
  var head: PackageHead?
  var size = PackageSize.small(0)
  /// There is a place for it.
  var isRecorded = false
  /// The place does not tell: a foreign process has written since.
  var isStale = false

  /// Rows can be added, and found as ``size`` says.
  var isSettled: Bool { !isStale && size != .unknown }

  /// A row cannot be found by its number before rows are read or indexed.
  var lacksIndex: Bool {
    guard isRecorded else { return false }
    if isStale { return true }
    switch size {
    case .small, .indexed: return false
    case .unknown, .unindexed, .indexing: return true
    }
  }
}
