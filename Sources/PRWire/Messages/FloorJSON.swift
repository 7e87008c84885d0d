// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// A floor as a JSON object: `{"version":…,"pkgarch":…,"floor":…}`.
extension Floor {
  /// Appends the object, without a line ending.
  package func write(to out: inout ByteBuffer) {
    out.writeStaticString(#"{"version":"#)
    out.writeJSON(string: package.version)
    out.writeStaticString(#","pkgarch":"#)
    out.writeJSON(string: package.pkgarch)
    out.writeStaticString(#","floor":"#)
    out.writeJSON(string: value.text)
    out.writeInteger(ASCII.closeBrace)
  }

  /// Reads an object that stands alone. Other members are passed over.
  ///
  /// - Returns: nil when a member is missing or no string, or the floor is no revision.
  package init?(json line: ByteBuffer) throws(JSONError) {
    let read: Result<Floor?, JSONError> = line.withUnsafeReadableBytes { bytes in
      do throws(JSONError) {
        var scanner = JSONScanner(bytes, deepest: 4)
        let texts = try scanner.members(["version", "pkgarch", "floor"])
        try scanner.finish()
        guard let version = texts[0], let pkgarch = texts[1], let value = texts[2].flatMap({ Revision($0) }) else {
          return .success(nil)
        }
        return .success(Floor(package: PackageKey(version: version, pkgarch: pkgarch), value: value))
      } catch {
        return .failure(error)
      }
    }
    guard let floor = try read.get() else { return nil }
    self = floor
  }
}

extension JSONScanner {
  /// Reads an object's members with these names, as far as they are strings. Others are passed over.
  mutating func members(_ names: [StaticString]) throws(JSONError) -> [String?] {
    let bytes = bytes
    var texts = [String?](repeating: nil, count: names.count)
    try object { name, scanner throws(JSONError) in
      let token = try scanner.value()
      guard let index = names.firstIndex(where: { name.equals($0, in: bytes) }), case .text(let text) = token else {
        return
      }
      texts[index] = try text.string(in: bytes)
    }
    return texts
  }
}
