// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// A question for what is new in a feed. Asked only of a server that announces ``Feature/changes``.
package struct ChangesQuery: Hashable, Sendable {
  /// Whose feed the asker has followed; nil for one that begins.
  package var store: String?
  /// The serial of the last row that it has.
  package var after: Int64
  /// The feed's digest at that row.
  package var digest: String
  /// How many rows it takes at once.
  package var limit: Int
  /// Where the asker is among the floors; nil for one that asks for none.
  package var floors: FloorPosition?
  /// How long the answer may be held back while there is nothing new, in seconds.
  package var wait: Int
  /// The rows are to come with their origins. Asked only of a server that announces ``Feature/origins``.
  package var origins: Bool

  package init(
    store: String? = nil, after: Int64 = 0, digest: String = "", limit: Int, floors: FloorPosition? = nil,
    wait: Int = 0, origins: Bool = false
  ) {
    self.store = store
    self.after = after
    self.digest = digest
    self.limit = limit
    self.floors = floors
    self.wait = wait
    self.origins = origins
  }

  func write(to out: inout ByteBuffer) {
    out.writeStaticString(#"{"changes":{"store":"#)
    if let store { out.writeJSON(string: store) } else { out.writeStaticString("null") }
    out.writeString(#","after":\#(after),"digest":"#)
    out.writeJSON(string: digest)
    out.writeString(#","limit":\#(limit)"#)
    if let floors { out.writeString(#","floors_after":\#(floors.serial),"floors_digest":"\#(floors.digest)""#) }
    if origins { out.writeStaticString(#","origins":true"#) }
    out.writeString(#","wait":\#(wait)}}"#)
  }

  /// Reads the fields of a request that is known to be JSON.
  init(_ view: RequestView) throws(RequestError) {
    self.init(limit: Self.standardLimit)
    var problem: (field: String, expected: String)?
    var query = self
    do throws(JSONError) {
      // How deeply it nests has been checked.
      var scanner = JSONScanner(view.bytes, deepest: .max, from: view.fieldsRange.lowerBound)
      try scanner.object { field, scanner throws(JSONError) in
        let token = try scanner.value()
        let found = try query.set(field, token, view.bytes)
        problem = problem ?? found
      }
    } catch {
      throw .json(error)
    }
    if let problem { throw .wrongType(.changes, field: problem.field, expected: problem.expected) }
    self = query
  }

  private static let standardLimit = 1024

  /// - Returns: what is wrong with the field.
  private mutating func set(
    _ field: JSONText, _ token: JSONToken, _ bytes: UnsafeRawBufferPointer
  ) throws(JSONError) -> (field: String, expected: String)? {
    switch token {
    case .null where field.equals("store", in: bytes): store = nil
    case .null where field.equals("digest", in: bytes): digest = ""
    case .null where field.equals("floors_digest", in: bytes): break
    case .bool(let flag) where field.equals("origins", in: bytes): origins = flag
    // A digest that is none is no digest of this server's floors.
    case .text(let text) where field.equals("floors_digest", in: bytes):
      let digest = FeedDigest(try text.string(in: bytes)) ?? .start
      floors = FloorPosition(serial: floors?.serial ?? 0, digest: digest)
    case .text(let text) where field.equals("store", in: bytes): store = try text.string(in: bytes)
    case .text(let text) where field.equals("digest", in: bytes): digest = try text.string(in: bytes)
    case .integer(let range) where field.equals("after", in: bytes):
      return number("after", range, from: 0, bytes) { $0.after = $1 }
    case .integer(let range) where field.equals("floors_after", in: bytes):
      return number("floors_after", range, from: 0, bytes) {
        $0.floors = FloorPosition(serial: $1, digest: $0.floors?.digest ?? .start)
      }
    case .integer(let range) where field.equals("limit", in: bytes):
      return number("limit", range, from: 1, bytes) { $0.limit = Int(clamping: $1) }
    case .integer(let range) where field.equals("wait", in: bytes):
      return number("wait", range, from: 0, bytes) { $0.wait = Int(clamping: $1) }
    default: return wrongType(of: field, bytes)
    }
    return nil
  }

  private func wrongType(
    of field: JSONText, _ bytes: UnsafeRawBufferPointer
  ) -> (field: String, expected: String)? {
    for name in ["store", "digest", "floors_digest"] as [StaticString] where field.equals(name, in: bytes) {
      return ("\(name)", "a string or null")
    }
    if field.equals("origins", in: bytes) { return ("origins", "true or false") }
    for name in ["after", "limit", "wait", "floors_after"] as [StaticString] where field.equals(name, in: bytes) {
      return ("\(name)", "a whole number")
    }
    return nil
  }

  private mutating func number(
    _ name: String, _ range: Range<Int>, from least: Int64, _ bytes: UnsafeRawBufferPointer,
    _ set: (inout ChangesQuery, Int64) -> Void
  ) -> (field: String, expected: String)? {
    guard let number = Int64(bytes.text(range)), number >= least else {
      return (name, least == 0 ? "a whole number that is not negative" : "a whole number from \(least) up")
    }
    set(&self, number)
    return nil
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeRawBufferPointer(rebasing: self[range]), as: UTF8.self)
  }
}
