// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The greatest value of a package, and which checksum holds it.
struct PackageHead: Sendable {
  var greatest: Revision
  var holder: String
  /// Another checksum has the same value: BitBake's servers and hand-made imports can do that.
  var isTied: Bool

  func isHeld(by checksum: String) -> Bool { holder.utf8.elementsEqual(checksum.utf8) }

  /// Takes a row into account.
  mutating func include(_ value: Revision, of checksum: String) {
    if value > greatest {
      self = PackageHead(greatest: value, holder: checksum, isTied: false)
    } else if value == greatest, !isHeld(by: checksum) {
      isTied = true
    }
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
