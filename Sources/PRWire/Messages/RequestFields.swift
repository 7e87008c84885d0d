// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Copies the fields of one request out of its message.
struct RequestFields {
  let name: RequestKind
  let view: RequestView

  /// The text of the object that holds them.
  var object: String {
    String(decoding: UnsafeRawBufferPointer(rebasing: view.bytes[view.fieldsRange]), as: UTF8.self)
  }

  func tuple() throws(RequestError) -> TupleKey {
    TupleKey(package: try package(), checksum: try text("checksum", view.checksum))
  }

  func package() throws(RequestError) -> PackageKey {
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

  func filter(_ field: String, _ token: JSONToken?) throws(RequestError) -> String? {
    switch token {
    case nil, .null: return nil
    case .text(let text) where text.count == 0: return nil
    case .text(let text): return try string(field, text)
    default: throw .wrongType(name, field: field, expected: "a string or null")
    }
  }

  func flag(_ field: String, _ token: JSONToken?) throws(RequestError) -> Bool {
    switch token {
    case nil, .null: return false
    case .bool(let flag): return flag
    default: throw .wrongType(name, field: field, expected: "true or false")
    }
  }

  /// Milliseconds; anything else is passed over.
  func timeout() -> Duration? {
    guard case .integer(let range) = view.within else { return nil }
    let digits = String(decoding: UnsafeRawBufferPointer(rebasing: view.bytes[range]), as: UTF8.self)
    return Int32(digits).map { .milliseconds(max($0, 0)) }
  }

  /// Absent, the question comes from its first asker.
  func path() throws(RequestError) -> QuestionPath {
    guard let offset = view.via else { return .start }
    var scanner = JSONScanner(view.bytes, deepest: .max, from: offset)
    let stores: [String]?
    do throws(JSONError) {
      stores = try scanner.strings(maximum: QuestionPath.maximum, maximumLength: QuestionPath.maximumLength)
    } catch {
      throw .json(error)
    }
    guard let path = stores.flatMap({ QuestionPath($0) }) else {
      throw .wrongType(
        name, field: "via",
        expected: "an array of up to \(QuestionPath.maximum) stores of 1 to \(QuestionPath.maximumLength) characters")
    }
    return path
  }

  func importedValue() throws(RequestError) -> ImportedValue {
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
