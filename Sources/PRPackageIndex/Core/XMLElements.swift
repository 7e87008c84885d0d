// SPDX-License-Identifier: Apache-2.0

/// The elements that are open.
struct XMLElements {
  private var names: [UInt8] = []
  private var starts: [Int] = []
  private var hasRoot = false
  private var hasDeclaration = false

  var depth: Int { starts.count }
  /// The root element was there, and is closed.
  var isComplete: Bool { hasRoot && starts.isEmpty }

  /// - Returns: whether the tag opens or closes an element; a declaration of XML at the beginning does not.
  mutating func take(_ tag: XMLTag, in bytes: Span<UInt8>, hasText: Bool) throws(MalformedXML) -> Bool {
    if starts.isEmpty, hasText { throw .outsideRoot }
    switch tag.kind {
    case .instruction:
      guard !hasDeclaration, !hasRoot, tag.isCalled(Self.xml, in: bytes) else { throw .instruction }
      hasDeclaration = true
      let encoding = try tag.attribute(Self.encoding, in: bytes)
      guard encoding.map({ String(decoding: $0, as: UTF8.self).uppercased() == "UTF-8" }) ?? true else {
        throw .encoding
      }
      return false
    case .start:
      guard !starts.isEmpty || !hasRoot else { throw .outsideRoot }
      guard starts.count < IndexLimits.depth else { throw .tooDeep(limit: IndexLimits.depth) }
      hasRoot = true
      starts.append(names.count)
      for index in tag.name { names.append(bytes[index]) }
    case .empty:
      guard !starts.isEmpty || !hasRoot else { throw .outsideRoot }
      hasRoot = true
    case .end:
      guard let start = starts.popLast(), names.count - start == tag.name.count else { throw .otherEnd }
      for index in 0..<tag.name.count where names[start + index] != bytes[tag.name.lowerBound + index] {
        throw .otherEnd
      }
      names.removeSubrange(start...)
    }
    return true
  }

  private static let xml = Array("xml".utf8)
  private static let encoding = Array("encoding".utf8)
}
