// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// What can be found out about a database file before SQLite opens it, so that the error says what is wrong.
///
/// A call that fails is no answer: what a decision depends on is an error then, and never "there is none".
struct DatabaseFile {
  let path: String
  // The writer asks for them in each transaction.
  private let logPath: String
  private let indexPath: String
  private let files: any StoreFiles

  init(_ path: String, on files: any StoreFiles) {
    self.path = files.absolutePath(path)
    (logPath, indexPath) = (self.path + "-wal", self.path + "-shm")
    self.files = files
  }

  func exists() throws(StoreError) -> Bool { try facts(of: path) != nil }

  private var folder: String { path.folderOfPath }

  /// Checks that the file can be opened, or made.
  func check(forWriting: Bool) throws(StoreError) {
    guard let facts = try facts(of: path) else {
      guard forWriting else { throw .missing(path: path) }
      guard try self.facts(of: folder) != nil else { throw .missingFolder(path: path) }
      guard try allows(.writing, of: folder) else { throw .permission(path: path) }
      return
    }
    guard !facts.isFolder else { throw .folder(path: path) }
    guard try allows(forWriting ? [.reading, .writing] : .reading, of: path) else { throw .permission(path: path) }
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
    // A power loss has ended the transaction that made the file, or gave it a log: SQLite rolls it back.
    guard try !hasJournal() else { return }
    guard header.starts(with: "SQLite format 3\0".utf8) else { throw .notADatabase(path: path) }
    guard header.count == 100 else { throw .damaged(path: path, detail: "its header is cut short") }
    let pageSize = max(header[16..<18].reduce(0 as UInt64) { $0 << 8 | UInt64(clamping: $1) }, 512)
    let pages = header[28..<32].reduce(0 as UInt64) { $0 << 8 | UInt64(clamping: $1) }
    // The page count is to be believed only when these two counters agree.
    guard header[24..<28] == header[92..<96] else { return }
    // The size is read after the header: another process may let the file grow meanwhile.
    guard let size = (try? files.facts(of: path))?.size else { return }
    if pages * (pageSize == 1 ? 65_536 : pageSize) > UInt64(clamping: size), try !hasLog() {
      throw .damaged(path: path, detail: "\(pages) pages are promised and the file ends before the last")
    }
  }

  /// Rows may stand in the write-ahead log that are not in the file yet.
  func hasLog() throws(StoreError) -> Bool { try logFacts().map { $0.size > 0 } ?? false }

  /// A transaction of another journal mode than WAL was not finished.
  private func hasJournal() throws(StoreError) -> Bool {
    try facts(of: path + "-journal").map { $0.size > 0 } ?? false
  }

  /// There is no file, or one that has nothing in it: what a start on a full disk leaves.
  func isNew() throws(StoreError) -> Bool {
    guard let facts = try facts(of: path) else { return true }
    guard facts.size == 0 else { return false }
    return try !hasLog()
  }

  /// The write-ahead log's length in bytes, as far as the system says it.
  var logSize: Int { size(of: logPath) }

  /// The database's length in bytes, as far as the system says it.
  var size: Int { size(of: path) }

  private func size(of path: String) -> Int { (try? files.facts(of: path))?.size ?? 0 }

  /// Which file it is, whatever its name; nil where there is none.
  func identity() throws(StoreError) -> FileIdentity? { try facts(of: path)?.identity }

  /// What the system tells of the write-ahead log; nil where there is none.
  func logFacts() throws(StoreError) -> FileFacts? { try facts(of: logPath) }

  /// What the system tells of the log's index; nil where there is none.
  func indexFacts() throws(StoreError) -> FileFacts? { try facts(of: indexPath) }

  /// Files may be made beside it.
  func hasWritableFolder() throws(StoreError) -> Bool { try allows(.writing, of: folder) }

  /// Brings the names of the database and its log to the disk.
  ///
  /// SQLite does so when it has made a log, at the first sync. A process that was killed before may have left a log whose name
  /// is not on the disk, and the next one finds a log that is there.
  func syncNames() throws(StoreError) {
    do throws(FileError) {
      try files.sync(at: folder)
    } catch {
      // Where a folder cannot be read or synced, the file system keeps names by other means or not at all.
      guard !error.isUnsupported, !error.isRefusal else { return }
      throw .engine(path: path, detail: "its folder could not be brought to the disk: \(error); \(error.advice)")
    }
  }

  /// Brings the log to the disk.
  ///
  /// A process that was killed between the writing of a commit and its sync leaves a commit that the next process reads, and that a
  /// power loss takes away.
  func syncLog() throws(StoreError) {
    guard try hasLog() else { return }
    do throws(FileError) {
      try files.sync(at: logPath)
    } catch {
      throw .engine(path: path, detail: "its log could not be brought to the disk: \(error); \(error.advice)")
    }
  }

  /// - Returns: nil where there is no file.
  private func facts(of path: String) throws(StoreError) -> FileFacts? {
    do throws(FileError) {
      return try files.facts(of: path)
    } catch {
      guard !error.isMissing else { return nil }
      throw failure(error, path)
    }
  }

  private func allows(_ use: FileUse, of path: String) throws(StoreError) -> Bool {
    do throws(FileError) {
      try files.checkAccess(to: path, for: use)
      return true
    } catch {
      guard error.isRefusal || error.isReadOnly else { throw failure(error, path) }
      return false
    }
  }

  private func failure(_ error: FileError, _ path: String) -> StoreError {
    guard !error.isRefusal else { return .permission(path: self.path) }
    return .engine(path: self.path, detail: "the system does not say what \(path) is: \(error); \(error.advice)")
  }

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
      let device = (try? files.facts(of: path))?.identity.disk ?? (try? files.facts(of: folder))?.identity.disk
    else { return nil }
    return MountTable(String(decoding: table, as: UTF8.self)).kind(ofDevice: device)
  }
}
