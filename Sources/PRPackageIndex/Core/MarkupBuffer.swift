// SPDX-License-Identifier: Apache-2.0

/// Finds tags in chunks of XML, and collects the text between them where it is wanted. A tag within one chunk is not copied.
struct MarkupBuffer {
  /// Where the next tag is: what stands between `<` and `>`.
  enum Tag {
    case whole(Range<Int>)
    /// In what was kept of earlier chunks, and this one: ``MarkupBuffer/take()`` gives it.
    case kept
  }

  /// The text since the last tag, as far as it was wanted; with its references.
  private(set) var text: [UInt8] = []
  var collectsText = false
  /// Whether text other than blanks was found since the last tag.
  private(set) var hasText = false
  /// The line of the tag that was found last, from 1.
  private(set) var line = 1
  /// How many bytes were looked at.
  private(set) var position: UInt64 = 0

  private var kept: [UInt8] = []
  private var isInTag = false
  /// The quote that is open in a tag.
  private var quote: UInt8 = 0
  private var textLength = 0
  private var endLine = 1

  private static let collected = 6 * IndexLimits.value + 1

  /// Where the file ends, nothing may be open.
  var isAtRest: Bool { !isInTag }
  /// The line up to which the file was looked at.
  var currentLine: Int { endLine }

  /// - Parameter offset: where to look in the chunk; moved behind the tag. At the end of the chunk nothing is found.
  mutating func next(in chunk: Span<UInt8>, at offset: inout Int) throws(MalformedXML) -> Tag? {
    let begin = offset
    defer { position &+= UInt64(clamping: offset - begin) }
    if !isInTag {
      try skipText(in: chunk, at: &offset)
      guard isInTag else { return nil }
    }
    return try findEnd(in: chunk, at: &offset)
  }

  mutating func take() -> [UInt8] {
    defer { kept = [] }
    return kept
  }

  /// The text that was collected; the next one can begin.
  mutating func clearText() {
    text.removeAll(keepingCapacity: true)
    hasText = false
  }

  private mutating func skipText(in chunk: Span<UInt8>, at offset: inout Int) throws(MalformedXML) {
    let start = offset
    var end = start
    while end < chunk.count {
      let byte = chunk[end]
      if byte == UInt8(ascii: "<") { break }
      if byte == 0x0A { endLine += 1 } else if byte > 0x20 { hasText = true }
      end += 1
    }
    textLength += end - start
    guard textLength <= IndexLimits.line else { throw .longText(limit: IndexLimits.line) }
    if collectsText {
      for index in start..<end where text.count < Self.collected { text.append(chunk[index]) }
    }
    offset = end
    guard end < chunk.count else { return }
    offset += 1
    (isInTag, quote, textLength, line) = (true, 0, 0, endLine)
  }

  private mutating func findEnd(in chunk: Span<UInt8>, at offset: inout Int) throws(MalformedXML) -> Tag? {
    let start = offset
    var (end, open) = (start, quote)
    if kept.isEmpty, end < chunk.count, chunk[end] == UInt8(ascii: "!") { throw .declaration }
    scan: while end < chunk.count {
      let byte = chunk[end]
      switch byte {
      case UInt8(ascii: ">"): if open == 0 { break scan }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if open == 0 { open = byte } else if open == byte { open = 0 }
      case UInt8(ascii: "<"): throw .tag
      case 0x0A: endLine += 1
      default: break
      }
      end += 1
    }
    quote = open
    guard kept.count + (end - start) <= IndexLimits.tag else { throw .longTag(limit: IndexLimits.tag) }
    if end < chunk.count, kept.isEmpty {
      (offset, isInTag) = (end + 1, false)
      return .whole(start..<end)
    }
    for index in start..<end { kept.append(chunk[index]) }
    offset = min(end + 1, chunk.count)
    guard end < chunk.count else { return nil }
    isInTag = false
    return .kept
  }
}
