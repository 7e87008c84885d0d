// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// Why a server's reply is no answer to what it was asked. What the server sent is not part of it.
package enum ResponseError: Error, Hashable, Sendable {
  case json(JSONError)
  /// The reply's shape is another one.
  case unexpected(RequestKind)
  /// A page has more rows than were asked for.
  case tooManyRows(limit: Int)
}

extension ResponseError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .json(let error): "the server's reply is \(error)"
    case .unexpected(let name): "the server's reply does not answer \(name.rawValue)"
    case .tooManyRows(let limit): "the server's reply has more than the \(limit) rows that were asked for"
    }
  }
}

extension Response {
  /// Reads the reply to a request.
  ///
  /// - Parameters:
  ///   - name: what was asked; any but `export`, whose rows ``ExportReply`` reads.
  ///   - depth: how deeply the reply may nest.
  ///   - mostRows: how many rows a page may have. The rest of a longer page is not read.
  package init(
    _ message: ByteBuffer, to name: RequestKind, depth: Int = 16, maximumRows: Int = .max
  ) throws(ResponseError) {
    var fields = ResponseFields()
    if name == .lookup, let response = try Response(toLookup: message, depth: depth) {
      self = response
      return
    }
    if name == .changes, let answer = try ChangesAnswer(message, depth: depth, maximumRows: maximumRows) {
      self = .changes(answer)
      return
    }
    let response: Result<Response?, ResponseError> = message.withUnsafeReadableBytes { bytes in
      do throws(JSONError) {
        try fields.read(bytes, depth: depth)
        return .success(try fields.response(to: name, in: bytes))
      } catch {
        return .failure(.json(error))
      }
    }
    guard let response = try response.get() else { throw .unexpected(name) }
    self = response
  }
}

/// The members that replies have. Others are passed over, so that a reply costs no memory for them.
private struct ResponseFields {
  private var isNull = false
  private var isObject = false
  private var value: JSONToken?
  private var alive: JSONToken?
  private var readonly: JSONToken?
  private var rival: JSONToken?
  private var time: JSONToken?
  private var message: JSONText?

  mutating func read(_ bytes: UnsafeRawBufferPointer, depth: Int) throws(JSONError) {
    var scanner = JSONScanner(bytes, deepest: depth)
    var fields = self
    if scanner.isAtObject() {
      fields.isObject = true
      try scanner.object { name, scanner throws(JSONError) in try fields.read(name, from: &scanner) }
    } else if case .null = try scanner.value() {
      fields.isNull = true
    }
    try scanner.finish()
    self = fields
  }

  private mutating func read(_ name: JSONText, from scanner: inout JSONScanner) throws(JSONError) {
    let bytes = scanner.bytes
    if name.equals("invoke-error", in: bytes), scanner.isAtObject() {
      var message = message
      try scanner.object { name, scanner throws(JSONError) in
        let token = try scanner.value()
        if case .text(let text) = token, name.equals("message", in: bytes) { message = text }
      }
      self.message = message
      return
    }
    let token = try scanner.value()
    if name.equals("value", in: bytes) {
      value = token
    } else if name.equals("alive", in: bytes) {
      alive = token
    } else if name.equals("readonly", in: bytes) {
      readonly = token
    } else if name.equals("rival", in: bytes) {
      rival = token
    } else if name.equals("time", in: bytes) {
      time = token
    }
  }

  func response(to name: RequestKind, in bytes: UnsafeRawBufferPointer) throws(JSONError) -> Response? {
    if let message { return .error(try message.string(in: bytes)) }
    switch name {
    case .enroll, .renew, .report, .invite, .retire, .revoke, .rename, .federation:
      return isObject ? .federation(String(decoding: bytes, as: UTF8.self)) : nil
    default: break
    }
    switch (name, value) {
    case (.getPR, .text(let text)), (.testPR, .text(let text)), (.maxPackagePR, .text(let text)):
      return .value(try text.string(in: bytes))
    case (.testPR, .null), (.maxPackagePR, .null): return .noValue
    case (.testPackage, .bool(let known)): return .known(known)
    case (.importOne, .text(let text)): return .imported(ImportedValue(text: try text.string(in: bytes)))
    case (.importOne, .integer(let range)):
      let digits = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
      return .imported(ImportedValue(text: digits, wasInteger: true))
    case (.importOne, nil) where isNull: return .imported(nil)
    default: break
    }
    if name == .ping, case .bool(true) = alive {
      let news = try news(in: bytes)
      return news == NodeNews() ? .alive : .aliveToNode(news)
    }
    if name == .isReadonly, case .bool(let readonly) = readonly { return .readonly(readonly) }
    return nil
  }
}

extension ResponseFields {
  /// What cannot be read is passed over.
  private func news(in bytes: UnsafeRawBufferPointer) throws(JSONError) -> NodeNews {
    var news = NodeNews()
    if case .text(let text)? = rival { news.rival = LaneRival(try text.string(in: bytes)) }
    if case .integer(let range)? = time {
      news.time = Int64(String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self))
    }
    return news
  }
}

/// The rows of an export's reply.
package struct ExportReply: Sendable {
  package private(set) var rows: [Row] = []

  /// Reads a whole reply.
  ///
  /// - Parameter depth: how deeply the reply may nest.
  package init(_ message: ByteBuffer, depth: Int = 16) throws(ResponseError) {
    let read: Result<[Row]?, ResponseError> = message.withUnsafeReadableBytes { bytes in
      do throws(JSONError) {
        return .success(try Self.rows(in: bytes, depth: depth))
      } catch {
        return .failure(.json(error))
      }
    }
    guard let rows = try read.get() else { throw .unexpected(.export) }
    self.rows = rows
  }

  private static func rows(in bytes: UnsafeRawBufferPointer, depth: Int) throws(JSONError) -> [Row]? {
    var rows: [Row] = []
    var isWhole = false
    var scanner = JSONScanner(bytes, deepest: depth)
    try scanner.object { name, scanner throws(JSONError) in
      guard name.equals("datainfo", in: bytes) else {
        _ = try scanner.value()
        return
      }
      isWhole = true
      try scanner.array { scanner throws(JSONError) in
        guard let row = try Row(from: &scanner) else {
          isWhole = false
          return
        }
        rows.append(row)
      }
    }
    try scanner.finish()
    return isWhole ? rows : nil
  }
}
