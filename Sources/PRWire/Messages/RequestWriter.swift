// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

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
    case .lookup(let tuple, let patience):
      let within =
        patience.map { [Field("within", .digits(String(max(Int(clamping: $0 / .milliseconds(1)), 0))))] } ?? []
      out.writeObject(.lookup, tuple.fields + within)
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

private typealias Field = (name: StaticString, value: FieldValue)

private enum FieldValue {
  case text(String)
  case optional(String?)
  case bool(Bool)
  case digits(String)
}

extension PackageKey {
  fileprivate var fields: [Field] { [("version", .text(version)), ("pkgarch", .text(pkgarch))] }
}

extension TupleKey {
  fileprivate var fields: [Field] { package.fields + [("checksum", .text(checksum))] }
}

extension ByteBuffer {
  fileprivate mutating func writeObject(_ request: RequestKind, _ fields: [Field]) {
    writeString("{\"\(request.rawValue)\":")
    var separator = ASCII.openBrace
    for field in fields {
      writeInteger(separator)
      separator = ASCII.comma
      writeString("\"\(field.name)\":")
      switch field.value {
      case .text(let text), .optional(let text?): writeJSON(string: text)
      case .optional(nil): writeStaticString("null")
      case .bool(let flag): writeString(flag ? "true" : "false")
      case .digits(let digits): writeString(digits)
      }
    }
    writeStaticString("}}")
  }
}
