// SPDX-License-Identifier: Apache-2.0

/// A tag in its parts: places in what stands between `<` and `>`.
struct XMLTag {
  enum Kind { case start, end, empty, instruction }

  let kind: Kind
  let name: Range<Int>
  /// Where the attributes are.
  private let rest: Range<Int>

  init(_ tag: Span<UInt8>) throws(MalformedXML) {
    guard tag.count > 0 else { throw .tag }
    var (start, end) = (0, tag.count)
    switch (tag[0], tag[end - 1]) {
    case (UInt8(ascii: "/"), _): (kind, start) = (.end, 1)
    case (UInt8(ascii: "?"), UInt8(ascii: "?")) where end > 1: (kind, start, end) = (.instruction, 1, end - 1)
    case (_, UInt8(ascii: "/")): (kind, end) = (.empty, end - 1)
    default: kind = .start
    }
    var stop = start
    while stop < end, Self.isInName(tag[stop]) { stop += 1 }
    guard stop > start, tag[start] > UInt8(ascii: "9"), stop == end || Self.isBlank(tag[stop]) else { throw .tag }
    (name, rest) = (start..<stop, stop..<end)
    if kind == .end {
      for index in rest where !Self.isBlank(tag[index]) { throw .tag }
    }
  }

  /// - Parameter name: as the file writes it, with its prefix.
  func isCalled(_ name: [UInt8], in tag: Span<UInt8>) -> Bool { Self.equals(tag, self.name, name) }

  /// - Returns: the attribute's value, without references; nil if there is no such attribute.
  func attribute(_ wanted: [UInt8], in tag: Span<UInt8>) throws(MalformedXML) -> [UInt8]? {
    var (index, found) = (rest.lowerBound, [UInt8]?.none)
    while true {
      let before = index
      while index < rest.upperBound, Self.isBlank(tag[index]) { index += 1 }
      guard index < rest.upperBound else { return found }
      guard index > before else { throw .attribute }
      let start = index
      while index < rest.upperBound, Self.isInName(tag[index]) { index += 1 }
      let name = start..<index
      guard !name.isEmpty, index + 1 < rest.upperBound, tag[index] == UInt8(ascii: "=") else { throw .attribute }
      let quote = tag[index + 1]
      guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw .attribute }
      let value = index + 2
      index = value
      while index < rest.upperBound, tag[index] != quote { index += 1 }
      guard index < rest.upperBound else { throw .attribute }
      if Self.equals(tag, name, wanted) {
        guard found == nil else { throw .attribute }
        var bytes: [UInt8] = []
        for place in value..<index { bytes.append(tag[place]) }
        found = try XMLText.decode(bytes)
      }
      index += 1
    }
  }

  private static func equals(_ tag: Span<UInt8>, _ range: Range<Int>, _ name: [UInt8]) -> Bool {
    guard range.count == name.count else { return false }
    for index in 0..<name.count where tag[range.lowerBound + index] != name[index] { return false }
    return true
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D }

  /// Names of other scripts are XML, and in no index.
  private static func isInName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

/// Text of XML with references to characters.
enum XMLText {
  private static let entities: [(name: [UInt8], character: UInt8)] = [
    (Array("lt".utf8), 0x3C), (Array("gt".utf8), 0x3E), (Array("amp".utf8), 0x26), (Array("quot".utf8), 0x22),
    (Array("apos".utf8), 0x27),
  ]
  /// The longest reference to a character, `&#x10FFFF;`.
  private static let longestReference = 10

  static func decode(_ bytes: [UInt8]) throws(MalformedXML) -> [UInt8] {
    guard bytes.contains(UInt8(ascii: "&")) else { return bytes }
    var decoded: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "&") else {
        decoded.append(bytes[index])
        index += 1
        continue
      }
      let rest = bytes[index...].prefix(longestReference)
      guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else { throw .reference }
      decoded += try character(bytes[(index + 1)..<end])
      index = end + 1
    }
    return decoded
  }

  private static func character(_ name: ArraySlice<UInt8>) throws(MalformedXML) -> [UInt8] {
    if let entity = entities.first(where: { $0.name.elementsEqual(name) }) { return [entity.character] }
    guard name.first == UInt8(ascii: "#") else { throw .reference }
    let isHexadecimal = name.dropFirst().first == UInt8(ascii: "x")
    let digits = String(decoding: name.dropFirst(isHexadecimal ? 2 : 1), as: UTF8.self)
    guard !digits.hasPrefix("+"), let number = UInt32(digits, radix: isHexadecimal ? 16 : 10),
      let scalar = Unicode.Scalar(number)
    else { throw .reference }
    return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }
}
