// SPDX-License-Identifier: Apache-2.0
import PRAssembly
import PRRevision

/// A package, or with `*` many: `VERSION,PKGARCH`.
struct PackagePattern: Hashable, Sendable {
  private let version: [Substring]
  private let pkgarch: [Substring]

  /// - Throws: where the comma is missing.
  init(_ text: String) throws {
    // A version may have a comma, an architecture has none.
    guard let comma = text.lastIndex(of: ",") else {
      throw UserFacingError("'\(text)' names no package: write VERSION,PKGARCH, such as 'busybox-*,core2-64'")
    }
    version = Self.parts(text[..<comma])
    pkgarch = Self.parts(text[text.index(after: comma)...])
  }

  private static func parts(_ text: Substring) -> [Substring] {
    text.split(separator: "*", omittingEmptySubsequences: false)
  }

  /// How many texts of any length it has.
  var wildcards: Int { version.count + pkgarch.count - 2 }

  /// - Returns: what stands at the wildcards; nil for a package that does not match.
  func match(_ package: PackageKey) -> [String]? {
    guard let first = Self.match(version, package.version), let second = Self.match(pkgarch, package.pkgarch) else {
      return nil
    }
    return first + second
  }

  /// Each wildcard takes as little as it can, and the last one the rest.
  private static func match(_ parts: [Substring], _ text: String) -> [String]? {
    let bytes = Array(text.utf8)
    guard let first = parts.first.map({ Array($0.utf8) }), bytes.starts(with: first) else { return nil }
    guard parts.count > 1, let last = parts.last.map({ Array($0.utf8) }) else {
      return bytes.count == first.count ? [] : nil
    }
    let end = bytes.count - last.count
    guard end >= first.count, bytes[end...].elementsEqual(last) else { return nil }
    var (found, place) = ([String](), first.count)
    for part in parts.dropFirst().dropLast() {
      guard let next = find(Array(part.utf8), in: bytes[place..<end]) else { return nil }
      found.append(String(decoding: bytes[place..<next], as: UTF8.self))
      place = next + part.utf8.count
    }
    return found + [String(decoding: bytes[place..<end], as: UTF8.self)]
  }

  private static func find(_ part: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    guard part.count <= bytes.count else { return nil }
    return (bytes.startIndex...(bytes.endIndex - part.count)).first { bytes[$0...].starts(with: part) }
  }

  /// The package with texts at the wildcards.
  func filled(with texts: [String]) -> PackageKey {
    var rest = texts[...]
    func fill(_ parts: [Substring]) -> String {
      var text = String(parts.first ?? "")
      for part in parts.dropFirst() { text += (rest.popFirst() ?? "") + part }
      return text
    }
    let version = fill(version)
    return PackageKey(version: version, pkgarch: fill(pkgarch))
  }
}
