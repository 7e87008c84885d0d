// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import PRAssembly
import PRRevision
import PRStore

/// The parsed rows of an import, in a temporary file. An import is parsed before the database is locked, its rows need
/// not fit into memory, and its decision may read them more than once.
///
/// The file is not an ``AtomicFile``: only this command reads it, in a folder that is removed when the command ends.
struct RowSpool {
  private let path: String
  private let target: FileHandle
  private var waiting = ByteBuffer()
  /// How many rows each package has.
  private(set) var packages: [PackageKey: Int] = [:]

  private static let block = 1 << 18

  init(in folder: URL) throws {
    path = folder.appendingPathComponent("rows").path
    _ = FileManager.default.createFile(atPath: path, contents: nil)  // a failure shows in the next line
    guard let target = FileHandle(forWritingAtPath: path) else {
      throw UserFacingError("cannot write \(path): is the disk full?")
    }
    self.target = target
  }

  mutating func append(_ row: Row, at place: ImportPlace) throws {
    waiting.writeMultipleIntegers(UInt32(clamping: place.file), Int64(clamping: place.line))
    let package = row.tuple.package
    packages[package, default: 0] += 1
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
      throw UserFacingError("cannot write \(path): is the disk full?")
    }
    waiting.clear()
  }

  fileprivate func source() throws -> FileHandle {
    guard let source = FileHandle(forReadingAtPath: path) else { throw unreadable }
    return source
  }

  fileprivate var unreadable: UserFacingError {
    UserFacingError("the temporary copy of the rows, \(path), cannot be read")
  }
}

/// The rows of a spool, in the order in which they were appended.
struct SpoolPages {
  private let spool: RowSpool
  private let source: FileHandle
  private var bytes = ByteBuffer()

  private static let block = 1 << 18

  init(_ spool: RowSpool) throws {
    self.spool = spool
    source = try spool.source()
  }

  /// The next rows; nil after the last.
  mutating func next(_ maximum: Int) throws -> [SpooledRow]? {
    var rows: [SpooledRow] = []
    while rows.count < maximum, let row = try next() { rows.append(row) }
    return rows.isEmpty ? nil : rows
  }

  private mutating func next() throws -> SpooledRow? {
    while true {
      let start = bytes.readerIndex
      if let row = Self.row(from: &bytes) { return row }
      bytes.moveReaderIndex(to: start)
      bytes.discardReadBytes()
      guard let more = try source.read(upToCount: Self.block), !more.isEmpty else {
        guard bytes.readableBytes == 0 else { throw spool.unreadable }
        return nil
      }
      bytes.writeBytes(more)
    }
  }

  private static func row(from bytes: inout ByteBuffer) -> SpooledRow? {
    guard let (file, line) = bytes.readMultipleIntegers(as: (UInt32, Int64).self),
      let version = text(from: &bytes), let pkgarch = text(from: &bytes), let checksum = text(from: &bytes),
      let value = text(from: &bytes).flatMap({ Revision($0) })
    else { return nil }
    let tuple = TupleKey(version: version, pkgarch: pkgarch, checksum: checksum)
    return SpooledRow(
      tuple: tuple, value: value, place: ImportPlace(file: Int(clamping: file), line: Int(clamping: line)))
  }

  private static func text(from bytes: inout ByteBuffer) -> String? {
    bytes.readInteger(as: UInt32.self).flatMap { bytes.readString(length: Int(clamping: $0)) }
  }
}

/// A row of an import.
struct SpooledRow: Sendable {
  let tuple: TupleKey
  let value: Revision
  let place: ImportPlace
}

/// Where a row came from: the number of its file, and its line.
struct ImportPlace: Hashable, Comparable, Sendable {
  var file: Int
  /// Counted from 1; 0 is the file as a whole.
  var line: Int

  static func < (one: ImportPlace, other: ImportPlace) -> Bool { (one.file, one.line) < (other.file, other.line) }
}
