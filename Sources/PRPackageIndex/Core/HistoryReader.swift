// SPDX-License-Identifier: Apache-2.0

/// A record of a package that a commit of buildhistory has written.
package struct RecordChange: Equatable {
  let commit: String
  let blob: String
  let path: RecordPath
}

/// The path of a record in buildhistory: `packages/core2-64-poky-linux/kmod/libkmod2/latest`.
package struct RecordPath: Equatable {
  let target: String
  let recipe: String
  let package: String

  var text: String { "packages/\(target)/\(recipe)/\(package)/latest" }

  init(target: String, recipe: String, package: String) {
    (self.target, self.recipe, self.package) = (target, recipe, package)
  }

  /// - Returns: nil for the path of another file.
  init?(_ path: ArraySlice<UInt8>) {
    let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].elementsEqual("packages".utf8), parts[4].elementsEqual("latest".utf8) else {
      return nil
    }
    let names = parts[1...3].map { String(validating: $0, as: UTF8.self) ?? "" }
    guard names.allSatisfy({ !$0.isEmpty }) else { return nil }
    self.init(target: names[0], recipe: names[1], package: names[2])
  }
}

/// Reads what `git log --raw -z --no-abbrev --format=c:%H` writes, in chunks of any size.
package struct HistoryReader {
  private let repository: String
  private var kept: [UInt8] = []
  private var commit = ""
  /// The blob of a change, whose path is next.
  private var blob: String?

  package init(repository: String) { self.repository = repository }

  package mutating func read(_ chunk: Span<UInt8>, into changes: inout [RecordChange]) throws(IndexError) {
    for index in 0..<chunk.count {
      guard chunk[index] == 0 else {
        kept.append(chunk[index])
        continue
      }
      try take(kept.drop { $0 == 0x0A }, into: &changes)
      kept.removeAll(keepingCapacity: true)
    }
    guard kept.count <= IndexLimits.tag else { throw unexpected }
  }

  package func finish() throws(IndexError) {
    guard kept.allSatisfy({ $0 == 0x0A }), blob == nil else { throw unexpected }
  }

  private mutating func take(_ token: ArraySlice<UInt8>, into changes: inout [RecordChange]) throws(IndexError) {
    if let blob {
      self.blob = nil
      // A record that was removed has a blob of zeros.
      if let path = RecordPath(token), !blob.utf8.allSatisfy({ $0 == UInt8(ascii: "0") }) {
        changes.append(RecordChange(commit: commit, blob: blob, path: path))
      }
    } else if token.starts(with: "c:".utf8) {
      commit = String(decoding: token.dropFirst(2).prefix(12), as: UTF8.self)
    } else if token.first == UInt8(ascii: ":") {
      let fields = token.split(separator: 0x20)
      guard fields.count == 5, fields[3].allSatisfy(Self.isHexadecimal) else { throw unexpected }
      blob = String(decoding: fields[3], as: UTF8.self)
    } else if !token.isEmpty {
      throw unexpected
    }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }

  private var unexpected: IndexError { .malformed(IndexPlace(file: repository), problem: .unexpectedOutput) }
}

/// Reads what `git cat-file --batch` writes: for each object a line with its kind and size, and its contents.
package struct BlobReader {
  private let repository: String
  private var kept: [UInt8] = []
  /// How many bytes of the contents are to come, with the line feed behind them; nil in the line above them.
  private var rest: Int?
  private var isTooLong = false

  package init(repository: String) { self.repository = repository }

  /// Appends the contents of objects; nil for one that is too long.
  package mutating func read(_ chunk: Span<UInt8>, into blobs: inout [[UInt8]?]) throws(IndexError) {
    var index = 0
    while index < chunk.count {
      if let rest {
        let count = min(rest, chunk.count - index)
        if !isTooLong { for place in index..<(index + count) { kept.append(chunk[place]) } }
        index += count
        self.rest = rest - count
        if rest == count {
          blobs.append(isTooLong ? nil : kept)
          (kept, self.rest) = ([], nil)
        }
      } else {
        let byte = chunk[index]
        index += 1
        if byte == 0x0A { try begin() } else { kept.append(byte) }
        guard kept.count <= IndexLimits.value || rest != nil else { throw unexpected }
      }
    }
  }

  package func finish() throws(IndexError) {
    guard kept.isEmpty, rest == nil else { throw unexpected }
  }

  private mutating func begin() throws(IndexError) {
    let fields = kept.split(separator: 0x20)
    guard fields.count == 3, fields[1].elementsEqual("blob".utf8),
      let size = Int(String(decoding: fields[2], as: UTF8.self)), (0..<(1 << 40)).contains(size)
    else { throw unexpected }
    (kept, rest, isTooLong) = ([], size + 1, size > IndexLimits.entry)
  }

  private var unexpected: IndexError { .malformed(IndexPlace(file: repository), problem: .unexpectedOutput) }
}
