// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import PRRevision
import PRStore
import PRWire

typealias LogLevel = Logger.Level

/// A reply that has its place in a session's queue.
enum SessionReply {
  case response(Response)
  /// As it is sent, line ending included. Several sessions may share its bytes.
  case message(ByteBuffer)
  /// Written page by page once it is at the front.
  case export(ExportProgress)

  /// About how much memory it takes.
  var bytes: Int {
    switch self {
    case .response(let response): response.bytes
    case .message(let message): message.readableBytes
    case .export: 0
    }
  }

  /// A session that has this many bytes of requests, and of replies to send, takes no more requests first.
  static let mostWaiting = 256 << 10
}

/// How far an export has come. Bound to its session's event loop.
final class ExportProgress: @unchecked Sendable {  // only ever touched on its session's event loop
  let query: ExportQuery
  private(set) var cursor = RowCursor.start
  private(set) var hasBegun = false
  var pace = ExportThrottle()
  private var writer: ExportWriter

  init(_ query: ExportQuery, version: String) {
    self.query = query
    writer = ExportWriter(columns: query.columns ? ExportColumns(version: version) : nil)
  }

  /// Writes a page.
  ///
  /// - Returns: true when it was the last.
  func take(_ page: RowPage, into out: inout ByteBuffer) -> Bool {
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
