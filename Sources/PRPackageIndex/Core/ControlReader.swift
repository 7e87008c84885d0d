// SPDX-License-Identifier: Apache-2.0

/// Reads a `Packages` file: the control paragraphs of ipk or deb packages, in chunks of any size.
///
/// The form is that of deb822(5): fields, continuation lines that begin with a blank, comments that begin with `#`, blank
/// lines between paragraphs. Lines may end with a carriage return.
package struct ControlReader {
  private let file: String
  private let folder: String?
  private var lines = LineBuffer()
  private var paragraph = ControlParagraph()
  /// The length of the blank lines and comments since the last field, in bytes.
  private var idle = 0

  /// - Parameters:
  ///   - file: the name of the index, for the places of its entries.
  ///   - folder: the last part of the path of the folder that the index is in; nil if it is not known.
  package init(file: String, folder: String? = nil) {
    (self.file, self.folder) = (file, folder)
  }

  /// Reads a chunk, and appends the entries that end in it.
  package mutating func read(_ chunk: Span<UInt8>, into entries: inout [IndexEntry]) throws(IndexError) {
    var position = 0
    while let line = try lines.next(in: chunk, at: &position, file: file) {
      switch line {
      case .whole(let range): try take(chunk.extracting(range), into: &entries)
      case .kept:
        let bytes = lines.take()
        try take(bytes.span, into: &entries)
      }
    }
  }

  /// Ends the last paragraph, which may have no blank line behind it. A last line without an end may lack the rest of a name
  /// or a version.
  package mutating func finish(into entries: inout [IndexEntry]) throws(IndexError) {
    if lines.last() != nil { throw malformed(.openLine) }
    if !paragraph.isEmpty { entries.append(paragraph.end(file: file, folder: folder)) }
  }

  private mutating func take(_ raw: Span<UInt8>, into entries: inout [IndexEntry]) throws(IndexError) {
    let hasReturn = raw.count > 0 && raw[raw.count - 1] == 0x0D
    let line = raw.extracting(0..<(hasReturn ? raw.count - 1 : raw.count))
    guard let first = line.firstByte(where: { $0 != 0x20 && $0 != 0x09 }) else {
      if !paragraph.isEmpty { entries.append(paragraph.end(file: file, folder: folder)) }
      return try pass(raw)
    }
    if first > 0 {
      guard !paragraph.isEmpty else { throw malformed(.noField) }
      paragraph.continue(length: line.count)
    } else if line[0] == UInt8(ascii: "#") {
      return try pass(raw)
    } else {
      guard let colon = line.firstByte(where: { $0 == UInt8(ascii: ":") || $0 <= 0x20 }), colon > 0,
        line[colon] == UInt8(ascii: ":")
      else { throw malformed(.noField) }
      paragraph.add(line, colon: colon, number: lines.number)
      idle = 0
    }
    guard paragraph.length <= IndexLimits.entry else { throw malformed(.longEntry(limit: IndexLimits.entry)) }
  }

  /// Passes over a line that says nothing. A file that has nothing else is no index.
  private mutating func pass(_ line: Span<UInt8>) throws(IndexError) {
    idle += line.count + 1
    guard idle <= IndexLimits.entry else { throw malformed(.longEntry(limit: IndexLimits.entry)) }
  }

  private func malformed(_ problem: MalformedIndex) -> IndexError {
    .malformed(IndexPlace(file: file, line: lines.number), problem: problem)
  }
}

extension Span<UInt8> {
  @inline(__always)
  func firstByte(where isWanted: (UInt8) -> Bool) -> Int? {
    var index = 0
    while index < count {
      if isWanted(self[index]) { return index }
      index += 1
    }
    return nil
  }
}
