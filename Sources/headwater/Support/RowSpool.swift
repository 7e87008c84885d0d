// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import PRAssembly
import PRRevision
import PRStore

/// The parsed rows of an import, in a temporary file. An import is parsed before the database is locked, its rows need
/// not fit into memory, and its decision may read them more than once.
struct RowSpool {
  private let path: String
  private let target: FileHandle
  private var waiting = ByteBuffer()
  /// The packages of the rows.
  private(set) var packages: Set<PackageKey> = []

  private static let block = 1 << 18

  init(in folder: URL) throws {
    path = folder.appendingPathComponent("rows").path
    _ = FileManager.default.createFile(atPath: path, contents: nil)  // a failure shows in the next line
    guard let target = FileHandle(forWritingAtPath: path) else {
      throw Problem("cannot write \(path): is the disk full?")
    }
    self.target = target
  }

  mutating func append(_ row: Row, at place: ImportPlace) throws {
    waiting.writeMultipleIntegers(UInt32(clamping: place.file), Int64(clamping: place.line))
    let package = row.tuple.package
    packages.insert(package)
    for text in [package.version, package.pkgarch, row.tuple.checksum, row.value] {
      waiting.writeInteger(UInt32(clamping: text.utf8.count))
      waiting.writeString(text)
    }
    if waiting.readableBytes >= Self.block { try flush() }
  }

  /// Writes what is left. Rows can be read from then on.
  mutating func finish() throws {
    try flush()
    try target.close()
  }

  private mutating func flush() throws {
    do {
      try target.write(contentsOf: Data(waiting.readableBytesView))
    } catch {
      throw Problem("cannot write \(path): is the disk full?")
    }
    waiting.clear()
  }

  /// Hands out the rows in the order in which they were appended.
  ///
  /// - Returns: false when the file could not be read to its end.
  func read(_ body: (Row, ImportPlace) throws(StoreError) -> Void) throws(StoreError) -> Bool {
    guard let source = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? source.close() }
    var bytes = ByteBuffer()
    while true {
      let start = bytes.readerIndex
      if let (row, place) = Self.row(from: &bytes) {
        try body(row, place)
        continue
      }
      bytes.moveReaderIndex(to: start)
      bytes.discardReadBytes()
      let more: Data?
      do { more = try source.read(upToCount: Self.block) } catch { return false }
      guard let more, !more.isEmpty else { return bytes.readableBytes == 0 }
      bytes.writeBytes(more)
    }
  }

  private static func row(from bytes: inout ByteBuffer) -> (Row, ImportPlace)? {
    guard let (file, line) = bytes.readMultipleIntegers(as: (UInt32, Int64).self),
      let version = text(from: &bytes), let pkgarch = text(from: &bytes), let checksum = text(from: &bytes),
      let value = text(from: &bytes)
    else { return nil }
    let tuple = TupleKey(version: version, pkgarch: pkgarch, checksum: checksum)
    return (Row(tuple: tuple, value: value), ImportPlace(file: Int(clamping: file), line: Int(clamping: line)))
  }

  private static func text(from bytes: inout ByteBuffer) -> String? {
    bytes.readInteger(as: UInt32.self).flatMap { bytes.readString(length: Int(clamping: $0)) }
  }
}

/// Where a row came from: the number of its file, and its line.
struct ImportPlace: Hashable, Comparable {
  var file: Int
  /// Counted from 1; 0 is the file as a whole.
  var line: Int

  static func < (one: ImportPlace, other: ImportPlace) -> Bool { (one.file, one.line) < (other.file, other.line) }
}
