// SPDX-License-Identifier: Apache-2.0
import GRDBSQLite
import PRRevision
import Synchronization
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// Runs work while a checkpoint is between the moment when it has read the log's header and the moment when it acts on
/// it. There SQLite lets go of the memory map of the connection's file, if the header is another one than before.
private enum CheckpointGap {
  private static let work = Mutex<(@Sendable () -> Void)?>(nil)
  private static let original = Mutex<Int>(0)

  static func run(in connection: Connection, _ body: @escaping @Sendable () -> Void) throws {
    var file: UnsafeMutablePointer<sqlite3_file>?
    sqlite3_file_control(connection.handle, "main", SQLITE_FCNTL_FILE_POINTER, &file)
    let methods = try #require(file?.pointee.pMethods)
    original.withLock { $0 = Int(bitPattern: methods) }
    work.withLock { $0 = body }
    let changed = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)  // lives as long as the connection
    changed.initialize(to: methods.pointee)
    changed.pointee.xUnfetch = { file, offset, page in
      let body = CheckpointGap.work.withLock { work in
        defer { work = nil }
        return work
      }
      body?()
      let methods = CheckpointGap.original.withLock { UnsafePointer<sqlite3_io_methods>(bitPattern: $0) }
      return methods?.pointee.xUnfetch(file, offset, page) ?? SQLITE_ERROR
    }
    file?.pointee.pMethods = UnsafePointer(changed)
  }

  static var hasRun: Bool { work.withLock { $0 == nil } }
}

@Suite("Checkpoints beside other processes", .serialized, .ownThreads)
struct GuardedCheckpointTests {
  private let folder: TemporaryFolder
  private let path: String
  private let writer: ForeignProcess

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    writer = try ForeignProcess.bitbake(path)
    try writer.run("PRAGMA wal_autocheckpoint = 0")
  }

  private func connection() throws -> Connection {
    let connection = try Connection(path: path, on: SystemFiles(), access: .readWrite, busy: .zero, cache: 64)
    _ = try connection.number("SELECT count(*) FROM PRMAIN")
    return connection
  }

  private func rows(_ numbers: Range<Int>) -> [Row] {
    numbers.map { Row.busybox("checksum-\($0)-" + String(repeating: "c", count: 400), "\($0)") }
  }

  /// Such a log is begun anew by the commit in the gap, unless something holds it.
  @Test("a log that begins anew while a checkpoint starts loses no row", arguments: [true, false])
  func logBeginsAnew(isWhole: Bool) throws {
    let (checkpointer, other) = (try connection(), try connection())
    let guarded = try GuardedCheckpoint(try connection())
    try writer.insert(rows(0..<100))
    if isWhole { try writer.run("PRAGMA wal_checkpoint(PASSIVE)") }
    let (writer, late) = (writer, rows(100..<101))
    try CheckpointGap.run(in: checkpointer) { try? writer.insert(late) }
    _ = guarded.pass(on: checkpointer)
    #expect(CheckpointGap.hasRun, "this SQLite has no such gap")
    // The new log grows beyond the length of the old one; what the first pages of it hold goes to the database or not.
    try writer.insert(rows(101..<300))
    _ = try GuardedCheckpoint(try connection()).pass(on: other)
    try writer.insert(rows(300..<301))
    let fresh = try ForeignProcess(path)
    #expect(try fresh.ask("PRAGMA integrity_check") == [["ok"]])
    #expect(try fresh.rows() == rows(0..<301))
  }

  @Test("a log is emptied when nothing is in the way, and keeps its pages when another process writes or reads")
  func emptying() throws {
    let guarded = try GuardedCheckpoint(try connection())
    let own = try connection()
    let file = DatabaseFile(path, on: SystemFiles())
    try writer.insert(rows(0..<20))
    try writer.lock()
    #expect(!guarded.empty(on: own), "SQLite goes on with a passive checkpoint, which empties nothing")
    #expect(file.logSize > 0)
    try writer.unlock()
    let reader = try ForeignProcess(path)
    try reader.run("BEGIN")
    #expect(try reader.rows().count == 20)
    try writer.insert(rows(20..<21))
    #expect(!guarded.empty(on: own))
    try reader.run("COMMIT")
    #expect(guarded.empty(on: own))
    #expect(file.logSize == 0)
    #expect(try reader.rows() == rows(0..<21))
  }
}
