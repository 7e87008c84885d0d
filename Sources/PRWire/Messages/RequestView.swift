// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A request as it stands in the bytes of its message: checked for being JSON, nothing copied.
///
/// What is answered at once is answered from this; ``Request/init(_:)`` makes it a value to keep. Valid only while the
/// bytes are.
package struct RequestView {
  package let bytes: UnsafeRawBufferPointer
  package private(set) var content = Content.unknown

  var version: JSONToken?
  var pkgarch: JSONToken?
  var checksum: JSONToken?
  var value: JSONToken?
  var history: JSONToken?
  var colinfo: JSONToken?
  var within: JSONToken?
  /// Where the value of `via` begins.
  var via: Int?
  /// Where the object with the request's fields stands.
  private(set) var fieldsRange = 0..<0

  package enum Content: Sendable {
    case request(RequestKind)
    /// JSON `null`: the peer says good-bye.
    case goodbye
    /// A JSON value in which no request is named.
    case unknown
    /// The request is named, but what it names is no object.
    case notAnObject(RequestKind)
  }

  /// Reads a message.
  ///
  /// - Parameter depth: how deeply it may nest.
  package init(_ bytes: UnsafeRawBufferPointer, depth: Int) throws(JSONError) {
    var view = RequestView(bytes: bytes, content: .unknown)
    var scanner = JSONScanner(bytes, deepest: depth)
    if scanner.isAtObject() {
      try scanner.object { name, scanner throws(JSONError) in
        guard let request = RequestKind(name, in: bytes), request.index < view.index else {
          _ = try scanner.value()
          return
        }
        try view.read(request, from: &scanner)
      }
    } else if case .null = try scanner.value() {
      view.content = .goodbye
    }
    try scanner.finish()
    self = view
  }

  private var index: Int {
    switch content {
    case .request(let name), .notAnObject(let name): name.index
    case .goodbye, .unknown: .max
    }
  }

  private mutating func read(_ request: RequestKind, from scanner: inout JSONScanner) throws(JSONError) {
    var view = RequestView(bytes: bytes, content: .request(request))
    if scanner.isAtObject() {
      let begin = scanner.offset
      try scanner.object { field, scanner throws(JSONError) in
        let start = scanner.offset
        let token = try scanner.value()
        view.set(field, to: token, at: start)
      }
      view.fieldsRange = begin..<scanner.offset
    } else {
      _ = try scanner.value()
      if request != .ping, request != .isReadonly { view.content = .notAnObject(request) }
    }
    self = view
  }

  private init(bytes: UnsafeRawBufferPointer, content: Content) {
    self.bytes = bytes
    self.content = content
  }

  @inline(__always)
  private mutating func set(_ field: JSONText, to token: JSONToken, at offset: Int) {
    if field.equals("version", in: bytes) {
      version = token
    } else if field.equals("pkgarch", in: bytes) {
      pkgarch = token
    } else if field.equals("checksum", in: bytes) {
      checksum = token
    } else if field.equals("history", in: bytes) {
      history = token
    } else if field.equals("value", in: bytes) {
      value = token
    } else if field.equals("colinfo", in: bytes) {
      colinfo = token
    } else if field.equals("within", in: bytes) {
      within = token
    } else if field.equals("via", in: bytes) {
      via = offset
    }
  }
}

extension RequestView {
  /// The request that is named; nil where none is. A session looks at its right before the fields are read.
  package var name: RequestKind? {
    if case .request(let name) = content { name } else { nil }
  }

  /// The tuple of a `get-pr` without history whose strings need no unescaping: what can be looked up byte for byte.
  @inline(__always)
  package var plainAllocation: PlainTuple? {
    guard case .request(.getPR) = content,
      case .text(let version) = version, version.isPlain,
      case .text(let pkgarch) = pkgarch, pkgarch.isPlain,
      case .text(let checksum) = checksum, checksum.isPlain,
      max(version.count, pkgarch.count, checksum.count) <= NameLimit.bytes
    else { return nil }
    switch history {
    case nil, .bool(false), .null: break
    default: return nil
    }
    return PlainTuple(
      version: version.raw(in: bytes), pkgarch: pkgarch.raw(in: bytes), checksum: checksum.raw(in: bytes))
  }

  /// A tuple's UTF-8 bytes, where they stand in the message.
  package struct PlainTuple {
    package let version: UnsafeRawBufferPointer
    package let pkgarch: UnsafeRawBufferPointer
    package let checksum: UnsafeRawBufferPointer
  }
}
