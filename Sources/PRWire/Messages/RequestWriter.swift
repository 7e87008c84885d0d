// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// A field of a request that is written.
typealias RequestField = (name: StaticString, value: FieldValue)

/// A value as it is written.
enum FieldValue {
  case text(String)
  case optional(String?)
  case bool(Bool)
  case digits(String)
  case texts([String])
}

extension PackageKey {
  var fields: [RequestField] { [("version", .text(version)), ("pkgarch", .text(pkgarch))] }
}

extension TupleKey {
  var fields: [RequestField] { package.fields + [("checksum", .text(checksum))] }
}

extension ByteBuffer {
  mutating func writeJSON(strings: [String]) {
    var separator = ASCII.openBracket
    if strings.isEmpty { writeInteger(separator) }
    for string in strings {
      writeInteger(separator)
      separator = ASCII.comma
      writeJSON(string: string)
    }
    writeInteger(ASCII.closeBracket)
  }

  mutating func writeObject(_ request: RequestKind, _ fields: [RequestField]) {
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
      case .texts(let texts): writeJSON(strings: texts)
      }
    }
    writeStaticString("}}")
  }
}
