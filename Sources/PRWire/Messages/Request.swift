// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A question that can be put to a PR server.
package enum Request: Hashable, Sendable {
  case ping
  case getPR(TupleKey, History)
  case testPR(TupleKey, History)
  case testPackage(PackageKey)
  case maxPackagePR(PackageKey)
  case importOne(TupleKey, ImportedValue)
  case export(ExportQuery)
  case isReadonly
  /// What a node further down needs to choose a value. Asked only of a server that announces ``Feature/lookup``.
  ///
  /// - Parameter within: how long the asker waits.
  case lookup(TupleKey, within: Duration?)
  case changes(ChangesQuery)
}

/// The value of an `import-one`. It is echoed as it came.
package struct ImportedValue: Hashable, Sendable {
  package let text: String
  /// It came as a JSON number.
  package let wasInteger: Bool

  package init(text: String, wasInteger: Bool = false) {
    self.text = text
    self.wasInteger = wasInteger
  }
}

/// What an `export` asks for.
package struct ExportQuery: Hashable, Sendable {
  package var filter: RowFilter
  /// The reply describes the table's columns.
  package var columns: Bool

  package init(_ filter: RowFilter = RowFilter(), columns: Bool = false) {
    self.filter = filter
    self.columns = columns
  }
}

/// Why a message is no request that can be served. The connection goes on.
package enum RequestError: Error, Hashable, Sendable {
  case unknownRequest
  case notAnObject(RequestKind)
  case missing(RequestKind, field: String)
  case wrongType(RequestKind, field: String, expected: String)
  case containsNUL(RequestKind, field: String)
  case tooLong(RequestKind, field: String)
  case json(JSONError)
}

extension RequestError {
  /// Which request it would have been; nil where none is named.
  package var request: RequestKind? {
    switch self {
    case .unknownRequest, .json: nil
    case .notAnObject(let name), .missing(let name, _), .wrongType(let name, _, _), .containsNUL(let name, _),
      .tooLong(let name, _):
      name
    }
  }
}

extension RequestError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownRequest:
      "unknown request; known are \(RequestKind.allCases.map(\.rawValue).joined(separator: ", "))"
    case .notAnObject(let name): "\(name.rawValue): its fields must be a JSON object"
    case .missing(let name, let field): "\(name.rawValue): the field \(field) is missing"
    case .wrongType(let name, let field, let expected): "\(name.rawValue): the field \(field) must be \(expected)"
    case .containsNUL(let name, let field): "\(name.rawValue): the field \(field) contains a NUL character"
    case .tooLong(let name, let field):
      "\(name.rawValue): the field \(field) is longer than \(NameLimit.bytes) bytes, the limit of this server for a name"
    case .json(let error): error.description
    }
  }
}

extension Request {
  /// Makes a request of what stands in a message.
  ///
  /// - Returns: nil for a good-bye.
  package init?(_ view: RequestView) throws(RequestError) {
    switch view.content {
    case .goodbye: return nil
    case .unknown: throw .unknownRequest
    case .notAnObject(let name): throw .notAnObject(name)
    case .request(let name): self = try RequestFields(name: name, view: view).request()
    }
  }
}

/// Copies the fields of one request out of its message.
private struct RequestFields {
  let name: RequestKind
  let view: RequestView

  func request() throws(RequestError) -> Request {
    switch name {
    case .ping: .ping
    case .isReadonly: .isReadonly
    case .changes: .changes(try ChangesQuery(view))
    case .lookup: .lookup(try tuple(), within: patience())
    case .getPR: .getPR(try tuple(), History(kept: try flag("history", view.history)))
    case .testPR: .testPR(try tuple(), History(kept: try flag("history", view.history)))
    case .testPackage: .testPackage(try package())
    case .maxPackagePR: .maxPackagePR(try package())
    case .importOne: .importOne(try tuple(), try importedValue())
    case .export:
      .export(
        ExportQuery(
          RowFilter(
            version: try filter("version", view.version), pkgarch: try filter("pkgarch", view.pkgarch),
            checksum: try filter("checksum", view.checksum),
            history: History(kept: try flag("history", view.history))),
          columns: try flag("colinfo", view.colinfo)))
    }
  }

  private func tuple() throws(RequestError) -> TupleKey {
    TupleKey(package: try package(), checksum: try text("checksum", view.checksum))
  }

  private func package() throws(RequestError) -> PackageKey {
    PackageKey(version: try text("version", view.version), pkgarch: try text("pkgarch", view.pkgarch))
  }

  private func text(_ field: String, _ token: JSONToken?) throws(RequestError) -> String {
    guard let token else { throw .missing(name, field: field) }
    guard case .text(let text) = token else { throw .wrongType(name, field: field, expected: "a string") }
    return try string(field, text)
  }

  private func string(_ field: String, _ text: JSONText) throws(RequestError) -> String {
    // No byte is escaped by more than six: what is longer than that is not resolved first.
    guard text.count <= 6 * NameLimit.bytes else { throw .tooLong(name, field: field) }
    let string: String
    do throws(JSONError) {
      string = try text.string(in: view.bytes)
    } catch {
      throw .json(error)
    }
    guard string.utf8.count <= NameLimit.bytes else { throw .tooLong(name, field: field) }
    guard !string.utf8.contains(0) else { throw .containsNUL(name, field: field) }
    return string
  }

  private func filter(_ field: String, _ token: JSONToken?) throws(RequestError) -> String? {
    switch token {
    case nil, .null: return nil
    case .text(let text) where text.count == 0: return nil
    case .text(let text): return try string(field, text)
    default: throw .wrongType(name, field: field, expected: "a string or null")
    }
  }

  private func flag(_ field: String, _ token: JSONToken?) throws(RequestError) -> Bool {
    switch token {
    case nil, .null: return false
    case .bool(let flag): return flag
    default: throw .wrongType(name, field: field, expected: "true or false")
    }
  }

  /// Milliseconds; anything else is passed over.
  private func patience() -> Duration? {
    guard case .integer(let range) = view.within else { return nil }
    let digits = String(decoding: UnsafeRawBufferPointer(rebasing: view.bytes[range]), as: UTF8.self)
    return Int32(digits).map { .milliseconds(max($0, 0)) }
  }

  private func importedValue() throws(RequestError) -> ImportedValue {
    switch view.value {
    case nil: throw .missing(name, field: "value")
    case .text(let text): return ImportedValue(text: try string("value", text))
    case .integer(let range):
      guard range.count <= NameLimit.bytes else { throw .tooLong(name, field: "value") }
      let digits = UnsafeRawBufferPointer(rebasing: view.bytes[range])
      return ImportedValue(text: String(decoding: digits, as: UTF8.self), wasInteger: true)
    default: throw .wrongType(name, field: "value", expected: "a string or an integer")
    }
  }
}
