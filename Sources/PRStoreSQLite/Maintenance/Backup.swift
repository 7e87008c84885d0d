// SPDX-License-Identifier: Apache-2.0
import GRDB
import PRStore

/// Copies a database while servers work on it.
package struct Backup {
  private let source: DatabaseFile
  private let target: String
  private let environment: StoreEnvironment
  private var files: any StoreFiles { environment.files }

  /// How many pages are copied between two reports of progress: 4 MiB.
  private static let pagesPerStep: CInt = 1024

  package init(of path: String, to target: String, in environment: StoreEnvironment = .system) {
    source = DatabaseFile(path, on: environment.files)
    self.target = environment.files.absolutePath(target)
    self.environment = environment
  }

  /// Copies, and puts the copy in its place once it is whole and on disk.
  ///
  /// - Parameters:
  ///   - replaces: a file that is there already may be replaced.
  ///   - progress: called with the share that is done, 0 to 1.
  package func run(replaces: Bool, progress: @escaping (Double) -> Void = { _ in }) throws(StoreError) {
    try source.check(forWriting: false)
    let destination = DatabaseFile(target, on: files)
    if !replaces, try destination.exists() {
      throw .engine(path: target, detail: "it is there already; name another file, or use --force")
    }
    guard target != source.path else { throw .engine(path: target, detail: "a backup needs a name of its own") }
    guard try !destination.hasLog() else {
      // SQLite would lay the log of the database that was there over the copy.
      throw .engine(
        path: target,
        detail: "\(target)-wal holds rows of it; stop what serves it and move both away, or name another file")
    }
    let partial = target + ".partial"
    try? files.remove(partial)  // a run that was killed may have left one
    defer { try? files.remove(partial) }
    try copy(to: partial, progress)
    try settle(partial)
  }

  private func copy(to partial: String, _ progress: @escaping (Double) -> Void) throws(StoreError) {
    var options = StoreOptions(path: source.path, readOnly: true)
    options.ignoresOldTables = true
    let opened = try DatabaseOpening(options, in: environment).open()
    let connection = try Connection(
      path: source.path, on: files, access: opened.readAccess, busy: .seconds(20), cache: 2048)
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
      throw .engine(path: target, detail: "the copy could not be made: \(error)")
    }
  }

  /// Brings the copy to the disk, then to its name: there is never half a backup under it.
  func settle(_ partial: String) throws(StoreError) {
    do throws(FileError) {
      try AtomicFile(target, in: environment).settle(partial)
    } catch {
      throw StoreError(error, writing: target, of: target, "the copy could not be brought to the disk")
    }
  }
}
