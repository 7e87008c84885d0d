// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// The fields of an answer to `changes` that are about floors.
struct FloorFields {
  private var floors: [Floor]?
  private var start: Int64?
  private var last: Int64?
  private var digest: FeedDigest?
  private var hasMore = false
  /// One of the floors is none.
  private var isBroken = false
  /// Reading stopped at the floor after the last that was asked for.
  private(set) var hasTooMany = false

  /// There are floors, and they cannot be used.
  var isMalformed: Bool { floors != nil && page == nil }

  /// The digest in front of the floors is not sent: they are those behind the asker's position, or all.
  var page: FloorPage? {
    guard !isBroken, let floors, let start, let last, let digest else { return nil }
    return FloorPage(
      start: FloorPosition(serial: start, digest: .start), position: FloorPosition(serial: last, digest: digest),
      floors: floors, hasMore: hasMore)
  }

  mutating func readList(_ scanner: inout JSONScanner, maximum: Int) throws(JSONError) {
    var found: [Floor] = []
    try scanner.array { scanner throws(JSONError) in
      guard found.count < maximum else {
        hasTooMany = true
        throw scanner.failure(.trailingBytes)
      }
      guard let texts = try scanner.texts(3), let value = Revision(texts[2]) else {
        isBroken = true
        return
      }
      found.append(Floor(package: PackageKey(version: texts[0], pkgarch: texts[1]), value: value))
    }
    floors = found
  }

  mutating func read(_ name: JSONText, _ token: JSONToken, _ bytes: UnsafeRawBufferPointer) throws(JSONError) {
    switch token {
    case .integer(let range) where name.equals("floors_from", in: bytes): start = bytes.number(range)
    case .integer(let range) where name.equals("floors_last", in: bytes): last = bytes.number(range)
    case .text(let text) where name.equals("floors_digest", in: bytes): digest = FeedDigest(try text.string(in: bytes))
    case .bool(let flag) where name.equals("floors_more", in: bytes): hasMore = flag
    default: break
    }
  }
}

extension UnsafeRawBufferPointer {
  func number(_ range: Range<Int>) -> Int64? {
    Int64(String(decoding: UnsafeRawBufferPointer(rebasing: self[range]), as: UTF8.self))
  }
}

extension FloorPage {
  /// Writes the fields behind those of the rows.
  func write(to out: inout ByteBuffer) {
    out.writeString(#","floors_from":\#(start.serial),"floors_last":\#(position.serial),"floors_digest":"#)
    out.writeString(#""\#(position.digest)","floors_more":\#(hasMore),"floors":["#)
    for (index, floor) in floors.enumerated() {
      if index > 0 { out.writeInteger(ASCII.comma) }
      out.writeInteger(ASCII.openBracket)
      out.writeJSON(string: floor.package.version)
      out.writeInteger(ASCII.comma)
      out.writeJSON(string: floor.package.pkgarch)
      out.writeInteger(ASCII.comma)
      out.writeJSON(string: floor.value.text)
      out.writeInteger(ASCII.closeBracket)
    }
    out.writeInteger(ASCII.closeBracket)
  }
}
