// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// A reply, save an export's, which is written row by row.
package enum Response: Hashable, Sendable {
  case alive
  /// The same to a node below.
  case aliveToNode(NodeNews)
  /// A revision, in its spelling.
  case value(String)
  case noValue
  case known(Bool)
  /// What an `import-one` brought; nil from a read-only server.
  case imported(ImportedValue?)
  case readonly(Bool)
  case lookup(LookupAnswer)
  /// To a `lookup` with a path: the question has come round. From a store back to the same store.
  case loop(QuestionPath)
  case changes(ChangesAnswer)
  /// To a ``FederationRequest``: a JSON object.
  case federation(String)
  /// The one answer whose text reaches the person who runs the build.
  case error(String)

  /// Appends the reply's JSON, without a line ending.
  package func write(to out: inout ByteBuffer) {
    switch self {
    case .alive: out.writeStaticString(#"{"alive":true}"#)
    case .aliveToNode(let news):
      out.writeStaticString(#"{"alive":true"#)
      if let rival = news.rival {
        out.writeStaticString(#","rival":"#)
        out.writeJSON(string: rival.description)
      }
      if let time = news.time { out.writeString(#","time":\#(time)"#) }
      out.writeInteger(ASCII.closeBrace)
    case .value(let value):
      out.writeStaticString(#"{"value":"#)
      out.writeJSON(string: value)
      out.writeInteger(ASCII.closeBrace)
    case .noValue: out.writeStaticString(#"{"value":null}"#)
    case .known(let known): out.writeString(#"{"value":\#(known)}"#)
    case .imported(nil): out.writeStaticString("null")
    case .imported(let value?) where value.wasInteger: out.writeString(#"{"value":\#(value.text)}"#)
    case .imported(let value?): Response.value(value.text).write(to: &out)
    case .changes(let answer): answer.write(to: &out)
    case .lookup(let answer): answer.write(to: &out)
    case .federation(let object): out.writeString(object)
    case .loop(let circle): LookupAnswer.write(circle: circle, to: &out)
    case .readonly(let readonly): out.writeString(#"{"readonly":\#(readonly)}"#)
    case .error(let message):
      out.writeStaticString(#"{"invoke-error":{"message":"#)
      out.writeJSON(string: message)
      out.writeStaticString("}}")
    }
  }

  /// Appends the reply as a message: a line, or where it may be long a chunk stream. An error may repeat names.
  package func writeMessage(to out: inout ByteBuffer) {
    switch self {
    case .lookup, .loop, .changes, .federation, .error:
      var message = ByteBuffer()
      write(to: &message)
      ChunkStream.write(message, into: &out)
    default:
      write(to: &out)
      out.writeInteger(ASCII.newline)
    }
  }

  /// Appends `{"value":"…"}` and a line ending for a value that stands in memory as UTF-8.
  @inline(__always)
  package static func writeLine(value utf8: UnsafeRawBufferPointer, to out: inout ByteBuffer) {
    guard utf8.isPlainInJSON else {
      out.writeStaticString(#"{"value":"#)
      out.writeJSON(utf8: utf8)
      out.writeStaticString("}\n")
      return
    }
    let (before, after): (StaticString, StaticString) = (#"{"value":""#, "\"}\n")
    let length = before.utf8CodeUnitCount + utf8.count + after.utf8CodeUnitCount
    out.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { target in
      var place = target.baseAddress!  // there is room for at least the constant parts
      for part in [
        UnsafeRawBufferPointer(start: before.utf8Start, count: before.utf8CodeUnitCount), utf8,
        UnsafeRawBufferPointer(start: after.utf8Start, count: after.utf8CodeUnitCount),
      ] where part.count > 0 {
        // What has bytes has an address.
        place.copyMemory(from: part.baseAddress!, byteCount: part.count)
        place += part.count
      }
      return length
    }
  }
}
