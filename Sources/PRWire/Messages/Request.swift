// SPDX-License-Identifier: Apache-2.0
import NIOCore
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
  /// - Parameters:
  ///   - within: how long the asker waits.
  ///   - via: the stores that the question has passed. Sent only to a server that announces ``Feature/via``.
  case lookup(TupleKey, within: Duration?, via: QuestionPath = .start)
  case changes(ChangesQuery)
  /// Asked only of a server that announces ``Feature/federation``.
  case federation(FederationRequest)
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

extension Request {
  package var kind: RequestKind {
    switch self {
    case .ping: .ping
    case .isReadonly: .isReadonly
    case .getPR: .getPR
    case .testPR: .testPR
    case .testPackage: .testPackage
    case .maxPackagePR: .maxPackagePR
    case .importOne: .importOne
    case .export: .export
    case .lookup: .lookup
    case .changes: .changes
    case .federation(let request): request.kind
    }
  }
}

extension RequestKind {
  /// `get-pr` first: nearly every request is one.
  init?(_ name: JSONText, in bytes: UnsafeRawBufferPointer) {
    if name.equals("get-pr", in: bytes) {
      self = .getPR
    } else if name.equals("ping", in: bytes) {
      self = .ping
    } else if name.equals("test-pr", in: bytes) {
      self = .testPR
    } else if name.equals("test-package", in: bytes) {
      self = .testPackage
    } else if name.equals("max-package-pr", in: bytes) {
      self = .maxPackagePR
    } else if name.equals("import-one", in: bytes) {
      self = .importOne
    } else if name.equals("export", in: bytes) {
      self = .export
    } else if name.equals("is-readonly", in: bytes) {
      self = .isReadonly
    } else if name.equals("lookup", in: bytes) {
      self = .lookup
    } else if name.equals("changes", in: bytes) {
      self = .changes
    } else if name.equals("report", in: bytes) {
      self = .report
    } else if name.equals("enroll", in: bytes) {
      self = .enroll
    } else if name.equals("renew", in: bytes) {
      self = .renew
    } else if name.equals("invite", in: bytes) {
      self = .invite
    } else if name.equals("retire", in: bytes) {
      self = .retire
    } else if name.equals("revoke", in: bytes) {
      self = .revoke
    } else if name.equals("rename", in: bytes) {
      self = .rename
    } else if name.equals("federation", in: bytes) {
      self = .federation
    } else {
      return nil
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
    case .request(let name): self = try Self.read(RequestFields(name: name, view: view))
    }
  }

  private static func read(_ fields: RequestFields) throws(RequestError) -> Request {
    switch fields.name {
    case .ping: .ping
    case .isReadonly: .isReadonly
    case .changes: .changes(try ChangesQuery(fields.view))
    case .lookup: .lookup(try fields.tuple(), within: fields.timeout(), via: try fields.path())
    case .getPR: .getPR(try fields.tuple(), History(kept: try fields.flag("history", fields.view.history)))
    case .testPR: .testPR(try fields.tuple(), History(kept: try fields.flag("history", fields.view.history)))
    case .testPackage: .testPackage(try fields.package())
    case .maxPackagePR: .maxPackagePR(try fields.package())
    case .importOne: .importOne(try fields.tuple(), try fields.importedValue())
    case .export:
      .export(
        ExportQuery(
          RowFilter(
            version: try fields.filter("version", fields.view.version),
            pkgarch: try fields.filter("pkgarch", fields.view.pkgarch),
            checksum: try fields.filter("checksum", fields.view.checksum),
            history: History(kept: try fields.flag("history", fields.view.history))),
          columns: try fields.flag("colinfo", fields.view.colinfo)))
    case .enroll, .renew, .report, .invite, .retire, .revoke, .rename, .federation:
      .federation(FederationRequest(fields.name, fields: fields.object))
    }
  }
}

extension Request {
  /// Appends the request's JSON, without a line ending.
  package func write(to out: inout ByteBuffer) {
    switch self {
    case .ping: out.writeStaticString(#"{"ping":{}}"#)
    case .isReadonly: out.writeStaticString(#"{"is-readonly":{}}"#)
    case .getPR(let tuple, let history):
      out.writeObject(.getPR, tuple.fields + [("history", .bool(history == .kept))])
    case .testPR(let tuple, let history):
      out.writeObject(.testPR, tuple.fields + [("history", .bool(history == .kept))])
    case .changes(let query): query.write(to: &out)
    case .federation(let request):
      out.writeString("{\"\(request.kind.rawValue)\":\(request.fields)}")
    case .lookup(let tuple, let timeout, let path):
      let within = timeout.map { [RequestField("within", .digits(String(max($0.wholeMilliseconds, 0))))] } ?? []
      let via = path == .start ? [] : [RequestField("via", .texts(path.stores))]
      out.writeObject(.lookup, tuple.fields + within + via)
    case .testPackage(let package): out.writeObject(.testPackage, package.fields)
    case .maxPackagePR(let package): out.writeObject(.maxPackagePR, package.fields)
    case .importOne(let tuple, let value):
      out.writeObject(
        .importOne, tuple.fields + [("value", value.wasInteger ? .digits(value.text) : .text(value.text))])
    case .export(let query):
      out.writeObject(
        .export,
        [
          ("version", .optional(query.filter.version)), ("pkgarch", .optional(query.filter.pkgarch)),
          ("checksum", .optional(query.filter.checksum)), ("colinfo", .bool(query.columns)),
          ("history", .bool(query.filter.history == .kept)),
        ])
    }
  }
}
