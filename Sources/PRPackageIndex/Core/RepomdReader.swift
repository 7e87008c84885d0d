// SPDX-License-Identifier: Apache-2.0

/// Reads `repomd.xml`, which names the files of an rpm repository.
package enum RepomdReader {
  /// The longest one, in bytes. Real ones have about 4 KiB.
  package static let limit = 1 << 20

  /// Where the index of packages is.
  package struct Primary: Hashable, Sendable {
    /// Relative to the folder of the repository.
    package let location: String
    /// The name of a hash function as the file writes it, such as `sha256`, and the checksum of the file as it lies there.
    package let checksumKind: String
    package let checksum: String
  }

  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - file: its path, for errors.
  package static func primary(_ bytes: Span<UInt8>, file: String) throws(IndexError) -> Primary {
    var state = State()
    do throws(MalformedXML) {
      try state.read(bytes)
    } catch {
      throw .malformed(IndexPlace(file: file, line: state.markup.currentLine), problem: .xml(error))
    }
    guard state.isRepomd else { throw .malformed(IndexPlace(file: file), problem: .otherRoot(wanted: "repomd")) }
    guard state.primaries.count == 1, let primary = state.primaries.first else {
      throw .malformed(IndexPlace(file: file), problem: .noPrimary)
    }
    // A path that leaves the folder, or that a terminal cannot show.
    let parts = primary.location.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isInside = parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
    guard isInside, primary.location.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }),
      primary.location.utf8.count <= IndexLimits.value
    else { throw .outside(path: file, location: primary.location) }
    return primary
  }

  private struct State {
    var markup = MarkupBuffer()
    var elements = XMLElements()
    var isRepomd = false
    var primaries: [Primary] = []
    private var isPrimary = false
    private var kind = ""
    private var checksum: [UInt8]?
    private var location = ""

    mutating func read(_ bytes: Span<UInt8>) throws(MalformedXML) {
      var offset = 0
      while let place = try markup.next(in: bytes, at: &offset) {
        // The whole file is one chunk.
        guard case .whole(let range) = place else { throw .unclosed }
        let text = bytes.extracting(range)
        let tag = try XMLTag(text)
        if try elements.take(tag, in: text, hasText: markup.hasText) { try take(tag, in: text) }
        markup.clearText()
      }
      guard markup.isAtRest, elements.isComplete else { throw .unclosed }
      guard !markup.hasText else { throw .outsideRoot }
    }

    private mutating func take(_ tag: XMLTag, in text: Span<UInt8>) throws(MalformedXML) {
      switch (tag.kind, elements.depth) {
      case (.start, 1): isRepomd = tag.isCalled(Name.repomd, in: text)
      case (.start, 2):
        let type = try tag.attribute(PrimaryName.type, in: text)
        isPrimary = tag.isCalled(Name.data, in: text) && type == Name.primary
        (kind, checksum, location) = ("", nil, "")
      case (.start, 3) where isPrimary && tag.isCalled(PrimaryName.checksum, in: text):
        kind = String(decoding: try tag.attribute(PrimaryName.type, in: text) ?? [], as: UTF8.self)
        markup.collectsText = true
      case (.end, 2) where markup.collectsText:
        checksum = markup.text
        markup.collectsText = false
      case (.start, 3), (.empty, 2): try takeLocation(tag, in: text)
      case (.end, 1) where isPrimary:
        primaries.append(
          Primary(
            location: location, checksumKind: kind, checksum: String(decoding: checksum ?? [], as: UTF8.self)))
        isPrimary = false
      default: break
      }
    }

    private mutating func takeLocation(_ tag: XMLTag, in text: Span<UInt8>) throws(MalformedXML) {
      guard isPrimary, tag.isCalled(Name.location, in: text) else { return }
      // With a base the file is somewhere else; an empty location is refused.
      guard try tag.attribute(Name.base, in: text) == nil else { return }
      location = String(decoding: try tag.attribute(Name.href, in: text) ?? [], as: UTF8.self)
    }
  }

  private enum Name {
    static let repomd = Array("repomd".utf8)
    static let data = Array("data".utf8)
    static let primary = Array("primary".utf8)
    static let location = Array("location".utf8)
    static let href = Array("href".utf8)
    static let base = Array("xml:base".utf8)
  }
}
