// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

/// Copies a database while servers work on it.
public struct Backup {
  private let source: DatabaseFile
  private let target: String

  /// How many pages are copied between two reports of progress: 4 MiB.
  private static let pagesPerStep: CInt = 1024

  public init(of path: String, to target: String) {
    source = DatabaseFile(path)
    self.target = DatabaseFile(target).path
  }

  /// Copies, and puts the copy in its place once it is whole and on disk.
  ///
  /// - Parameters:
  ///   - replaces: a file that is there already may be replaced.
  ///   - progress: called with the share that is done, 0 to 1.
  public func run(replaces: Bool, progress: @escaping (Double) -> Void = { _ in }) throws(StoreError) {
    try source.check(forWriting: false)
    guard replaces || !FileManager.default.fileExists(atPath: target) else {
      throw .sqlite(path: target, detail: "it is there already; name another file, or use --force")
    }
    guard target != source.path else { throw .sqlite(path: target, detail: "a backup needs a name of its own") }
    guard !DatabaseFile(target).hasLog else {
      // SQLite would lay the log of the database that was there over the copy.
      throw .sqlite(
        path: target,
        detail: "\(target)-wal holds rows of it; stop what serves it and move both away, or name another file")
    }
    let partial = target + ".partial"
    try? FileManager.default.removeItem(atPath: partial)
    defer { try? FileManager.default.removeItem(atPath: partial) }
    try copy(to: partial, progress)
    try settle(partial)
  }

  private func copy(to partial: String, _ progress: @escaping (Double) -> Void) throws(StoreError) {
    var options = StoreOptions(path: source.path, readOnly: true)
    options.ignoresOldTables = true
    let opened = try DatabaseOpening(options).open()
    let connection = try Connection(path: source.path, access: opened.readAccess, busy: .seconds(20), cache: 2048)
    // One read transaction for all steps: what servers write meanwhile neither waits nor makes the copy begin again.
    try connection.execute("BEGIN")
    _ = try connection.number("SELECT count(*) FROM sqlite_master")
    do {
      let copy = try DatabaseQueue(path: partial)
      try connection.withDatabase { database in
        try copy.writeWithoutTransaction { partial in
          try database.backup(to: partial, pagesPerStep: Self.pagesPerStep) { state in
            progress(1 - Double(state.remainingPageCount) / Double(max(state.totalPageCount, 1)))
          }
        }
      }
      try copy.close()
    } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
      throw .diskFull(path: target)
    } catch {
      throw .sqlite(path: target, detail: "the copy could not be made: \(error)")
    }
  }

  /// Brings the copy to the disk, then to its name: there is never half a backup under it.
  private func settle(_ partial: String) throws(StoreError) {
    do throws(AtomicFile.Failure) {
      try AtomicFile(target).settle(partial)
    } catch {
      throw .sqlite(path: target, detail: "\(error)")
    }
  }
}
