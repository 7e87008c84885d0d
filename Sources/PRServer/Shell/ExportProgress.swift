// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRStore
import PRWire

/// How far an export has come.
struct ExportProgress {
  let query: ExportQuery
  private(set) var cursor = RowCursor.start
  /// Bytes of it have been written.
  private(set) var hasBegun = false
  /// What was read and not written.
  var page: RowPage?
  private var writer: ExportWriter

  init(_ query: ExportQuery, version: String) {
    self.query = query
    writer = ExportWriter(columns: query.columns ? ExportColumns(version: version) : nil)
  }

  /// Writes the page that was read.
  ///
  /// - Returns: true when it was the last; nil when none was read.
  mutating func writePage(to out: inout ByteBuffer) -> Bool? {
    guard let page else { return nil }
    self.page = nil
    for row in page.rows { writer.write(row) }
    let before = out.readableBytes
    defer { if out.readableBytes > before { hasBegun = true } }
    guard let next = page.next else {
      writer.finish(into: &out)
      return true
    }
    cursor = next
    writer.drain(into: &out)
    return false
  }
}
