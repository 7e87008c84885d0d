// SPDX-License-Identifier: Apache-2.0
import PRRevision

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
