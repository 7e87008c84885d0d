// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// The lines of a file, read as they are needed.
struct LineSource: Sequence {
  let name: String
  private let contents: FileHandle

  init(_ file: ImportFile) throws {
    name = file.name
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue,
      let contents = FileHandle(forReadingAtPath: file.path)
    else {
      throw Problem("cannot read \(file.name): check that it is a file, exists and may be read")
    }
    self.contents = contents
  }

  func makeIterator() -> Iterator { Iterator(contents) }

  struct Iterator: IteratorProtocol {
    private let contents: FileHandle
    private var waiting = Data()
    private var isAtEnd = false

    init(_ contents: FileHandle) { self.contents = contents }

    /// The next line, without its `\n` or `\r\n`.
    mutating func next() -> Substring? {
      while true {
        if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
          defer { waiting = waiting[waiting.index(after: end)...] }
          return text(waiting[..<end])
        }
        guard !isAtEnd, let more = try? contents.read(upToCount: 1 << 16), !more.isEmpty else {
          isAtEnd = true
          guard !waiting.isEmpty else { return nil }
          defer { waiting = Data() }
          return text(waiting)
        }
        waiting = Data(waiting) + more  // rebased, so that what was read is let go of
      }
    }

    private func text(_ line: Data) -> Substring {
      let end = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      return Substring(String(decoding: end, as: UTF8.self))
    }
  }
}
