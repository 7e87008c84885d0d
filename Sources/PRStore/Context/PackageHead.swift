// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What was found where the head of a package is kept.
struct FoundHead: Sendable {
  /// Nil when the package has no row that is a revision, or its place does not tell.
  var head: PackageHead?
  var size = PackageSize.few(0)
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
    case .few, .indexed: return false
    case .unknown, .unindexed, .indexing: return true
    }
  }
}

/// The greatest value of a package, and which checksum holds it.
struct PackageHead: Sendable {
  var greatest: Revision
  var holder: String
  /// Another checksum has the same value: BitBake's servers and hand-made imports can do that.
  var isTied: Bool

  func isHeld(by checksum: String) -> Bool { holder.utf8.elementsEqual(checksum.utf8) }

  /// Takes a row into account.
  ///
  /// - Returns: whether the head is another one now.
  @discardableResult
  mutating func include(_ value: Revision, of checksum: String) -> Bool {
    if value > greatest {
      self = PackageHead(greatest: value, holder: checksum, isTied: false)
      return true
    }
    guard value == greatest, !isTied, !isHeld(by: checksum) else { return false }
    isTied = true
    return true
  }

  /// The head over some rows.
  static func over(_ rows: some Sequence<(checksum: String, value: Revision)>) -> PackageHead? {
    var head: PackageHead?
    for row in rows {
      if head == nil {
        head = PackageHead(greatest: row.value, holder: row.checksum, isTied: false)
      } else {
        head?.include(row.value, of: row.checksum)
      }
    }
    return head
  }
}
