// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// What a server says to `changes`.
package enum ChangesAnswer: Hashable, Sendable {
  case page(Page)
  /// The asker's position is none of this feed's, and why.
  case reset(String)

  package struct Page: Hashable, Sendable {
    package var store: String
    /// The serial of the last of the rows.
    package var last: Int64
    /// The feed's digest at that row.
    package var digest: String
    /// There are rows behind these.
    package var hasMore: Bool
    package var rows: [Row]
    /// Nil from a server that was asked for none, or has none to give: one of an earlier version.
    package var floors: FloorPage?
    /// Where the rows come from, one each. Nil from a server that was not asked for them.
    package var origins: [RowOrigin?]?

    package init(
      store: String, last: Int64, digest: String, hasMore: Bool, rows: [Row], floors: FloorPage? = nil,
      origins: [RowOrigin?]? = nil
    ) {
      self.origins = origins
      self.store = store
      self.last = last
      self.digest = digest
      self.hasMore = hasMore
      self.rows = rows
      self.floors = floors
    }
  }

  func write(to out: inout ByteBuffer) {
    switch self {
    case .reset(let reason):
      out.writeStaticString(#"{"reset":"#)
      out.writeJSON(string: reason)
    case .page(let page):
      out.writeStaticString(#"{"store":"#)
      out.writeJSON(string: page.store)
      out.writeString(#","last":\#(page.last),"digest":"#)
      out.writeJSON(string: page.digest)
      out.writeString(#","more":\#(page.hasMore),"rows":["#)
      for (index, row) in page.rows.enumerated() {
        if index > 0 { out.writeInteger(ASCII.comma) }
        row.writeList(to: &out)
      }
      out.writeInteger(ASCII.closeBracket)
      page.floors?.write(to: &out)
      if let origins = page.origins { OriginList.write(origins, to: &out) }
    }
    out.writeInteger(ASCII.closeBrace)
  }

  /// Reads a reply.
  ///
  /// - Returns: nil when it is another reply, a refusal perhaps.
  init?(_ message: ByteBuffer, depth: Int, maximumRows: Int) throws(ResponseError) {
    let read: Result<ChangesAnswer?, ResponseError> = message.withUnsafeReadableBytes { bytes in
      var fields = ChangesFields(maximumRows: maximumRows)
      do throws(JSONError) {
        var scanner = JSONScanner(bytes, deepest: depth)
        guard scanner.isAtObject() else { return .success(nil) }
        try scanner.object { name, scanner throws(JSONError) in try fields.read(name, from: &scanner) }
        try scanner.finish()
        return .success(fields.answer)
      } catch {
        return .failure(fields.hasTooMany ? .tooManyRows(limit: maximumRows) : .json(error))
      }
    }
    guard let answer = try read.get() else { return nil }
    self = answer
  }
}

/// What has been read of a reply to `changes`.
private struct ChangesFields {
  private let maximumRows: Int
  /// Reading stopped at the row after the last that was asked for.
  private var hasTooManyRows = false
  private var store: String?
  private var digest: String?
  private var reason: String?
  private var last: Int64?
  private var hasMore: Bool?
  private var rows: [Row]?
  private var floors = FloorFields()
  private var origins = OriginList()
  private var isMalformed = false

  var hasTooMany: Bool { hasTooManyRows || floors.hasTooMany || origins.hasTooMany }

  init(maximumRows: Int) { self.maximumRows = maximumRows }

  var answer: ChangesAnswer? {
    if let reason { return .reset(reason) }
    guard !isMalformed, !floors.isMalformed, let store, let last, let digest, let hasMore, let rows,
      origins.fits(rows.count)
    else { return nil }
    return .page(
      .init(
        store: store, last: last, digest: digest, hasMore: hasMore, rows: rows, floors: floors.page,
        origins: origins.origins))
  }

  mutating func read(_ name: JSONText, from scanner: inout JSONScanner) throws(JSONError) {
    let bytes = scanner.bytes
    if name.equals("rows", in: bytes), scanner.isAtArray() {
      var found: [Row] = []
      try scanner.array { scanner throws(JSONError) in
        guard found.count < maximumRows else {
          hasTooManyRows = true
          throw scanner.failure(.trailingBytes)
        }
        guard let row = try Row(list: &scanner) else {
          isMalformed = true
          return
        }
        found.append(row)
      }
      rows = found
      return
    }
    if name.equals("floors", in: bytes), scanner.isAtArray() {
      try floors.readList(&scanner, maximum: maximumRows)
      return
    }
    if try origins.read(name, &scanner, maximum: maximumRows) { return }
    switch try scanner.value() {
    case .text(let text) where name.equals("store", in: bytes): store = try text.string(in: bytes)
    case .text(let text) where name.equals("digest", in: bytes): digest = try text.string(in: bytes)
    case .text(let text) where name.equals("reset", in: bytes): reason = try text.string(in: bytes)
    case .bool(let flag) where name.equals("more", in: bytes): hasMore = flag
    case .integer(let range) where name.equals("last", in: bytes):
      last = Int64(String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self))
    case let token: try floors.read(name, token, bytes)
    }
  }
}
