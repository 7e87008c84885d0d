// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// What can be found out about a database file before SQLite opens it, so that the error says what is wrong.
struct DatabaseFile {
  let path: String
  private let files: any StoreFiles

  init(_ path: String, on files: any StoreFiles) {
    self.path = files.absolutePath(path)
    self.files = files
  }

  var exists: Bool { files.exists(path) }

  private var folder: String { path.folderOfPath }

  /// Checks that the file can be opened, or made.
  func check(forWriting: Bool) throws(StoreError) {
    guard let facts = try? files.facts(of: path) else {
      guard forWriting else { throw .missing(path: path) }
      guard files.exists(folder) else { throw .missingFolder(path: path) }
      guard files.allows(.writing, of: folder) else { throw .permission(path: path) }
      return
    }
    guard !facts.isFolder else { throw .folder(path: path) }
    guard files.allows(forWriting ? [.reading, .writing] : .reading, of: path) else { throw .permission(path: path) }
    // What this process serves already was checked when it was opened.
    if !HeldFile.isHeld(facts.identity) { try checkHeader() }
  }

  /// The file format's header: https://www.sqlite.org/fileformat.html#the_database_header
  private func checkHeader() throws(StoreError) {
    let header: [UInt8]
    do throws(FileError) {
      header = try files.prefix(100, of: path)
    } catch {
      guard error.isRefusal else { return }  // SQLite reads it too, and reports what is wrong
      throw .permission(path: path)
    }
    guard !header.isEmpty else { return }  // an empty file is a new one
    guard header.starts(with: "SQLite format 3\0".utf8) else { throw .notADatabase(path: path) }
    guard header.count == 100 else { throw .damaged(path: path, detail: "its header is cut short") }
    let pageSize = max(header[16..<18].reduce(0 as UInt64) { $0 << 8 | UInt64(clamping: $1) }, 512)
    let pages = header[28..<32].reduce(0 as UInt64) { $0 << 8 | UInt64(clamping: $1) }
    // The page count is to be believed only when these two counters agree.
    guard header[24..<28] == header[92..<96] else { return }
    // The size is read after the header: another process may let the file grow meanwhile.
    guard let size = (try? files.facts(of: path))?.size else { return }
    guard pages * (pageSize == 1 ? 65_536 : pageSize) <= UInt64(clamping: size) || hasLog else {
      throw .damaged(path: path, detail: "\(pages) pages are promised and the file ends before the last")
    }
  }

  /// Rows may stand in the write-ahead log that are not in the file yet.
  var hasLog: Bool { logSize > 0 }

  /// The write-ahead log's length in bytes.
  var logSize: Int { size(of: path + "-wal") }

  /// The database's length in bytes.
  var size: Int { size(of: path) }

  private func size(of path: String) -> Int { (try? files.facts(of: path))?.size ?? 0 }

  /// Which file it is, whatever its name; nil where there is none.
  var identity: FileIdentity? { (try? files.facts(of: path))?.identity }

  /// How many bytes the disk has left.
  var freeSpace: Int { (try? files.freeSpace(of: folder)) ?? 0 }
}

extension DatabaseFile {
  /// A machine with many containers has some thousand mounts, each with a line of some hundred bytes.
  private static let maximumMountTableLength = 16 << 20

  /// What the file, or the folder that it will be in, is kept on; nil where the system does not tell.
  ///
  /// - Parameter mounts: where the system tells what is mounted.
  func fileSystem(by mounts: String) -> FileSystemKind? {
    guard let table = try? files.prefix(Self.maximumMountTableLength, of: mounts),
      let device = identity?.disk ?? (try? files.facts(of: folder))?.identity.disk
    else { return nil }
    return MountTable(String(decoding: table, as: UTF8.self)).kind(ofDevice: device)
  }
}
