// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Where the next page of an export begins. Between two pages no transaction is open: a slow reader delays no writer.
package struct RowCursor: Hashable, Sendable {
  package let after: Row?

  package init(after: Row? = nil) { self.after = after }

  /// In front of the first row.
  package static let start = RowCursor()
}

/// Some rows of an export, in the order of their keys.
package struct RowPage: Sendable {
  package let rows: [Row]
  /// Nil after the last page.
  package let next: RowCursor?

  package init(rows: [Row], next: RowCursor?) {
    self.rows = rows
    self.next = next
  }
}

extension Row {
  /// Bytes of its names and its value.
  package var size: Int {
    tuple.package.version.utf8.count + tuple.package.pkgarch.utf8.count + tuple.checksum.utf8.count + value.utf8.count
  }
}
