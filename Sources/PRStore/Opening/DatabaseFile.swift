// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision

/// What can be told about a database file before SQLite looks at it, so that the error says what is wrong.
struct DatabaseFile {
  let path: String

  init(_ path: String) { self.path = URL(fileURLWithPath: path).standardizedFileURL.path }

  var exists: Bool { FileManager.default.fileExists(atPath: path) }

  fileprivate var folder: String { path.folderOfPath }

  /// Checks that the file can be opened, or made.
  func check(forWriting: Bool) throws(StoreError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      guard forWriting else { throw .missing(path: path) }
      guard FileManager.default.fileExists(atPath: folder) else { throw .missingFolder(path: path) }
      guard access(folder, W_OK) == 0 else { throw .permission(path: path) }
      return
    }
    guard !isFolder.boolValue else { throw .folder(path: path) }
    guard access(path, forWriting ? R_OK | W_OK : R_OK) == 0 else { throw .permission(path: path) }
    // What this process serves already was checked when it was opened.
    if !HeldFile.isHeld(path) { try checkHeader() }
  }

  /// The file format's header: https://www.sqlite.org/fileformat.html#the_database_header
  private func checkHeader() throws(StoreError) {
    guard let file = FileHandle(forReadingAtPath: path) else { throw .permission(path: path) }
    defer { try? file.close() }
    guard let header = try? file.read(upToCount: 100), !header.isEmpty else { return }  // an empty file is a new one
    let bytes = [UInt8](header)
    guard bytes.starts(with: Array("SQLite format 3\0".utf8)) else { throw .notADatabase(path: path) }
    guard bytes.count == 100, let size = try? file.seekToEnd() else {
      throw .damaged(path: path, detail: "its header is cut short")
    }
    let pageSize = max(bytes[16..<18].reduce(0 as UInt64) { $0 << 8 | UInt64(clamping: $1) }, 512)
    let pages = bytes[28..<32].reduce(0 as UInt64) { $0 << 8 | UInt64(clamping: $1) }
    // The page count is to be believed only when these two counters agree.
    guard bytes[24..<28] == bytes[92..<96] else { return }
    guard pages * (pageSize == 1 ? 65_536 : pageSize) <= size || hasLog else {
      throw .damaged(path: path, detail: "\(pages) pages are promised and the file ends before the last")
    }
  }

  /// Rows may stand in the write-ahead log that are not in the file yet.
  var hasLog: Bool { logSize > 0 }

  /// The write-ahead log's length in bytes.
  var logSize: Int { size(of: path + "-wal") }

  /// The database's length in bytes.
  var size: Int { size(of: path) }

  private func size(of path: String) -> Int {
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    return size ?? 0
  }

  /// Which file it is, whatever its name; nil where there is none.
  var identity: FileIdentity? {
    var file = stat()
    return stat(path, &file) == 0
      ? FileIdentity(disk: UInt64(truncatingIfNeeded: file.st_dev), number: UInt64(truncatingIfNeeded: file.st_ino))
      : nil
  }

  /// How many bytes the disk has left.
  var freeSpace: Int {
    var disk = statvfs()
    guard statvfs(folder, &disk) == 0 else { return 0 }
    return Int(clamping: disk.f_bavail).multipliedClamped(by: Int(clamping: disk.f_frsize))
  }
}

extension DatabaseFile {
  /// What the file, or the folder that it will be in, is kept on; nil where the system does not tell.
  ///
  /// - Parameter mounts: where the system tells what is mounted.
  func fileSystem(by mounts: String) -> FileSystemKind? {
    guard let table = FileManager.default.contents(atPath: mounts),
      let device = (identity ?? DatabaseFile(folder).identity)?.disk
    else { return nil }
    return MountTable(String(decoding: table, as: UTF8.self)).kind(ofDevice: device)
  }
}

/// What tells a file from every other one of the machine.
struct FileIdentity: Hashable, Sendable {
  let disk: UInt64
  let number: UInt64
}
