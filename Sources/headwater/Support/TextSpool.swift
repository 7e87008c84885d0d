// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import PRAssembly

/// Records of texts in a temporary file. What a command reads is parsed before the database is locked, need not fit into
/// memory, and can be read more than once.
///
/// The file is not an ``AtomicFile``: only this command reads it, in a folder that is removed when the command ends.
struct TextSpool {
  private let path: String
  private let target: FileHandle
  private var waiting = ByteBuffer()

  private static let block = 1 << 18

  init(in folder: URL, named name: String) throws {
    path = folder.appendingPathComponent(name).path
    _ = FileManager.default.createFile(atPath: path, contents: nil)  // a failure shows in the next line
    guard let target = FileHandle(forWritingAtPath: path) else {
      throw UserFacingError("cannot write \(path): is the disk full?")
    }
    self.target = target
  }

  mutating func append(_ texts: [String]) throws {
    for text in texts {
      waiting.writeInteger(UInt32(clamping: text.utf8.count))
      waiting.writeString(text)
    }
    if waiting.readableBytes >= Self.block { try flush() }
  }

  /// Writes what is left. Records can be read from then on.
  mutating func finish() throws {
    try flush()
    try target.close()
  }

  private mutating func flush() throws {
    do {
      try target.write(contentsOf: Data(waiting.readableBytesView))
    } catch {
      throw UserFacingError("cannot write \(path): is the disk full?")
    }
    waiting.clear()
  }

  /// Reads the records, in the order in which they were appended.
  ///
  /// - Parameter fields: how many texts a record has.
  func records(of fields: Int) throws -> TextSpoolReader {
    guard let source = FileHandle(forReadingAtPath: path) else { throw unreadable }
    return TextSpoolReader(source: source, fields: fields, unreadable: unreadable)
  }

  /// Records cannot be read any more.
  func remove() { try? FileManager.default.removeItem(atPath: path) }

  var unreadable: UserFacingError {
    UserFacingError("the temporary copy of what was read, \(path), cannot be read")
  }
}

/// The records of a spool, from the first on.
struct TextSpoolReader {
  fileprivate let source: FileHandle
  fileprivate let fields: Int
  let unreadable: UserFacingError
  private var bytes = ByteBuffer()

  private static let block = 1 << 18

  fileprivate init(source: FileHandle, fields: Int, unreadable: UserFacingError) {
    self.source = source
    self.fields = fields
    self.unreadable = unreadable
  }

  /// The next record; nil after the last.
  mutating func next() throws -> [String]? {
    while true {
      let start = bytes.readerIndex
      if let record = record() { return record }
      bytes.moveReaderIndex(to: start)
      bytes.discardReadBytes()
      guard let more = try source.read(upToCount: Self.block), !more.isEmpty else {
        guard bytes.readableBytes == 0 else { throw unreadable }
        return nil
      }
      bytes.writeBytes(more)
    }
  }

  private mutating func record() -> [String]? {
    var texts: [String] = []
    texts.reserveCapacity(fields)
    for _ in 0..<fields {
      guard let size = bytes.readInteger(as: UInt32.self), let text = bytes.readString(length: Int(clamping: size))
      else { return nil }
      texts.append(text)
    }
    return texts
  }
}
