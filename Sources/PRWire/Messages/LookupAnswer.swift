// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// What a node tells one further down about a tuple, in one round trip.
package struct LookupAnswer: Hashable, Sendable {
  /// The greatest value of the package, here or further up; nil when no node there has a row of the package.
  package var greatest: String?
  /// The least and the greatest values of the checksum, here or further up, least first.
  package var values: [String]
  /// The checksum has more values than these.
  package var hasMore: Bool
  /// The node could ask its own upstream, or has none.
  package var isComplete: Bool
  /// The node's level as of now. The handshake has it too, but a level may be learned while the connection lasts.
  package var level: Int?

  package init(
    greatest: String?, values: [String], hasMore: Bool = false, isComplete: Bool, level: Int? = nil
  ) {
    self.hasMore = hasMore
    self.greatest = greatest
    self.values = values
    self.isComplete = isComplete
    self.level = level
  }

  func write(to out: inout ByteBuffer) {
    out.writeStaticString(#"{"max":"#)
    if let greatest { out.writeJSON(string: greatest) } else { out.writeStaticString("null") }
    out.writeStaticString(#","values":"#)
    out.writeJSON(strings: values)
    out.writeString(#","complete":\#(isComplete)"#)
    if let level { out.writeString(#","level":\#(level)"#) }
    if hasMore { out.writeStaticString(#","more":true"#) }
    out.writeInteger(ASCII.closeBrace)
  }

  /// Writes that the question has come round.
  static func write(circle: QuestionPath, to out: inout ByteBuffer) {
    out.writeStaticString(#"{"loop":"#)
    out.writeJSON(strings: circle.stores)
    out.writeInteger(ASCII.closeBrace)
  }
}

extension Response {
  /// Reads a reply to `lookup`.
  ///
  /// - Returns: nil when it is another reply, a refusal perhaps.
  init?(toLookup message: ByteBuffer, depth: Int) throws(ResponseError) {
    let read: Result<Response?, JSONError> = message.withUnsafeReadableBytes { bytes in
      do throws(JSONError) {
        return .success(try LookupFields.read(bytes, depth: depth))
      } catch {
        return .failure(error)
      }
    }
    do throws(JSONError) {
      guard let response = try read.get() else { return nil }
      self = response
    } catch {
      throw .json(error)
    }
  }
}

/// What has been read of a reply to `lookup`.
private struct LookupFields {
  private var greatest: String??
  private var values: [String]?
  private var hasMore = false
  private var isComplete: Bool?
  private var level: Int?
  private var circle: QuestionPath?
  private var isMalformed = false

  static func read(_ bytes: UnsafeRawBufferPointer, depth: Int) throws(JSONError) -> Response? {
    var scanner = JSONScanner(bytes, deepest: depth)
    guard scanner.isAtObject() else { return nil }
    var fields = LookupFields()
    try scanner.object { name, scanner throws(JSONError) in try fields.read(name, from: &scanner) }
    try scanner.finish()
    return fields.response
  }

  private var response: Response? {
    guard !isMalformed else { return nil }
    if let circle { return .loop(circle) }
    guard let greatest, let values, let isComplete else { return nil }
    return .lookup(
      LookupAnswer(greatest: greatest, values: values, hasMore: hasMore, isComplete: isComplete, level: level))
  }

  mutating func read(_ name: JSONText, from scanner: inout JSONScanner) throws(JSONError) {
    let bytes = scanner.bytes
    if name.equals("values", in: bytes), scanner.isAtArray() {
      values = try scanner.strings()
      isMalformed = isMalformed || values == nil
      return
    }
    if name.equals("loop", in: bytes) {
      let maximum = QuestionPath.maximum + 1
      circle = try scanner.strings(maximum: maximum, maximumLength: QuestionPath.maximumLength)
        .flatMap { QuestionPath($0, maximum: maximum) }
      return
    }
    let token = try scanner.value()
    if name.equals("max", in: bytes) {
      switch token {
      case .text(let text): greatest = .some(try text.string(in: bytes))
      case .null: greatest = .some(nil)
      default: isMalformed = true
      }
    } else if name.equals("complete", in: bytes), case .bool(let flag) = token {
      isComplete = flag
    } else if name.equals("more", in: bytes), case .bool(let flag) = token {
      hasMore = flag
    } else if name.equals("level", in: bytes), case .integer(let range) = token {
      level = Int(String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self))
    }
  }
}
