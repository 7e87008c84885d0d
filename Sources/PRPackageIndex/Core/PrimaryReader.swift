// SPDX-License-Identifier: Apache-2.0

/// Reads a `primary.xml`, the index of rpm packages, in chunks of any size.
///
/// It takes the part of XML that createrepo_c writes, and refuses the rest: see docs/decisions/0053-a-scanner-for-rpm-indexes.md.
package struct PrimaryReader {
  private let file: String
  private var markup = MarkupBuffer()
  private var elements = XMLElements()
  private var package = PrimaryPackage()
  private var field: PrimaryField?
  private var isInFormat = false
  /// Where the package element begins, or the last one ended.
  private var start: UInt64 = 0
  private var stated: String?
  private var found = 0
  private var isMetadata = false

  /// - Parameter file: the name of the index, for the places of its entries.
  package init(file: String) { self.file = file }

  /// Reads a chunk, and appends the entries that end in it.
  package mutating func read(_ chunk: Span<UInt8>, into entries: inout [IndexEntry]) throws(IndexError) {
    var offset = 0
    while offset < chunk.count {
      do throws(MalformedXML) {
        guard let tag = try markup.next(in: chunk, at: &offset) else { return }
        switch tag {
        case .whole(let range): try take(chunk.extracting(range), into: &entries)
        case .kept:
          let bytes = markup.take()
          try take(bytes.span, into: &entries)
        }
      } catch {
        throw malformed(.xml(error))
      }
      guard markup.position &- start <= UInt64(clamping: IndexLimits.entry) else {
        throw malformed(.longEntry(limit: IndexLimits.entry))
      }
    }
  }

  /// Ends the file, which must be complete.
  package mutating func finish() throws(IndexError) {
    guard markup.isAtRest, elements.isComplete else { throw malformed(.xml(.unclosed)) }
    guard !markup.hasText else { throw malformed(.xml(.outsideRoot)) }
    guard isMetadata else { throw malformed(.otherRoot(wanted: "metadata")) }
    if let stated, stated != String(found) { throw malformed(.noPackageCount(stated: stated, found: found)) }
  }

  private mutating func take(_ bytes: Span<UInt8>, into entries: inout [IndexEntry]) throws(MalformedXML) {
    let tag = try XMLTag(bytes)
    guard try elements.take(tag, in: bytes, hasText: markup.hasText) else { return }
    switch tag.kind {
    case .instruction: break
    case .start: try open(tag, in: bytes)
    case .empty:
      guard field == nil else { throw .elementInText }
      // Most tags are dependencies, which are deeper.
      if elements.depth == 2 { try package.take(tag, in: bytes) }
    case .end: try close(into: &entries)
    }
    markup.clearText()
  }

  private mutating func open(_ tag: XMLTag, in bytes: Span<UInt8>) throws(MalformedXML) {
    guard field == nil else { throw .elementInText }
    switch elements.depth {
    case 1:
      isMetadata = tag.isCalled(PrimaryName.metadata, in: bytes)
      stated = try tag.attribute(PrimaryName.packages, in: bytes).map { String(decoding: $0, as: UTF8.self) }
    case 2:
      start = markup.position
      let type = try tag.attribute(PrimaryName.type, in: bytes)
      package.begin(tag.isCalled(PrimaryName.package, in: bytes) ? type : nil, line: markup.line)
    case 3:
      isInFormat = tag.isCalled(PrimaryName.format, in: bytes)
      field = PrimaryField(tag, in: bytes)
      try package.take(tag, in: bytes)
    case 4 where isInFormat && tag.isCalled(PrimaryName.source, in: bytes): field = .source
    default: break
    }
    markup.collectsText = field != nil
  }

  /// Takes an end tag; its element is not among the open ones any more.
  private mutating func close(into entries: inout [IndexEntry]) throws(MalformedXML) {
    if let field {
      package.set(field, to: try XMLText.decode(markup.text))
      (self.field, markup.collectsText) = (nil, false)
    }
    if elements.depth == 2 { isInFormat = false }
    guard elements.depth == 1 else { return }
    start = markup.position
    found += 1
    entries.append(package.end(file: file))
  }

  private func malformed(_ problem: MalformedIndex) -> IndexError {
    .malformed(IndexPlace(file: file, line: markup.currentLine), problem: problem)
  }
}

/// The names of elements and attributes that are used.
enum PrimaryName {
  static let metadata = Array("metadata".utf8)
  static let packages = Array("packages".utf8)
  static let package = Array("package".utf8)
  static let type = Array("type".utf8)
  static let format = Array("format".utf8)
  static let source = Array("rpm:sourcerpm".utf8)
  static let version = Array("version".utf8)
  static let size = Array("size".utf8)
  static let checksum = Array("checksum".utf8)
  static let name = Array("name".utf8)
  static let arch = Array("arch".utf8)
  static let epoch = Array("epoch".utf8)
  static let ver = Array("ver".utf8)
  static let rel = Array("rel".utf8)
}
