// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import PRStore

/// A new database that is filled with the rows of another store, and gets its name once it is whole.
package final class MovedFile {
  private let path: String
  private let replaces: Bool
  /// The name that the file has until it is settled, which no other run has.
  package let partial: String
  private let environment: StoreEnvironment
  private let store: Store

  /// It holds all rows, on disk: it is kept until it is discarded.
  private var isComplete = false

  private static let notOnDisk = "the database could not be brought to the disk"
  private static let notEmptied = "its log could not be emptied"

  /// - Parameter replaces: a file that is there already may be replaced.
  package init(_ path: String, replaces: Bool, in environment: StoreEnvironment = .system) throws(StoreError) {
    self.path = environment.files.absolutePath(path)
    self.replaces = replaces
    self.environment = environment
    partial = Self.prefix(of: self.path) + String(environment.random(), radix: 16)
    try Self.checkPlace(self.path, replaces: replaces, in: environment)
    var options = StoreOptions(path: partial, durability: .off)
    options.keepsMark = false
    store = try Store.open(options, in: environment).store
  }

  private static let ending = ".partial-"
  private static func prefix(of path: String) -> String { path + ending }

  /// The name that a file is to have.
  package static func path(of partial: String) -> String {
    String(partial[..<(partial.ranges(of: ending).last?.lowerBound ?? partial.endIndex)])
  }

  /// Throws where a file has the place.
  private static func checkPlace(
    _ path: String, replaces: Bool, in environment: StoreEnvironment
  ) throws(StoreError) {
    let file = DatabaseFile(path, on: environment.files)
    if !replaces, try file.exists() {
      throw .engine(path: path, detail: "it is there already; name another file, or move this one away")
    }
    guard try !file.hasLog() else {
      throw .engine(path: path, detail: "\(path)-wal holds rows of it; stop what serves it, or name another file")
    }
  }

  /// Throws where the file could not get its name any more.
  private func checkPlace() throws(StoreError) {
    try Self.checkPlace(path, replaces: replaces, in: environment)
  }

  deinit { if !isComplete { discard() } }

  /// Removes the file.
  package func discard() {
    store.close()
    for suffix in ["", "-wal", "-shm"] { try? environment.files.remove(partial + suffix) }
  }

  /// Adds rows in the order of their serials, which they keep.
  package func add(_ entries: [FeedEntry]) async throws(StoreError) {
    try await store.write { context throws(StoreError) in
      for entry in entries {
        guard let value = Revision(entry.story.value) else { throw .notARevision }
        try context.record(
          TupleKey(package: entry.package, checksum: entry.story.checksum), value, entry.story.provenance)
      }
    }
  }

  package func add(_ floors: [FloorEntry]) async throws(StoreError) {
    try await store.write { context throws(StoreError) in
      for entry in floors { try context.raise(entry.floor, entry.provenance) }
    }
  }

  package func add(_ register: Register) async throws(StoreError) {
    try await store.write { context throws(StoreError) in try context.store(register, replacing: nil) }
  }

  /// Where its rows end, and its last floor.
  package func end() async throws(StoreError) -> (rows: FeedPoint, floor: FloorEntry?) {
    try await store.read(in: .long) { reader throws(StoreError) in
      let last = try reader.lastPosition()
      return (FeedPoint(serial: last.serial, digest: last.digest), try reader.lastFloor())
    }
  }

  /// Brings the whole file to the disk under its first name, and looks whether it could get the other one.
  ///
  /// - Parameter identity: which store it is; nil for a new one.
  package func complete(as identity: String?) throws(StoreError) {
    guard store.close() else { throw .engine(path: partial, detail: Self.notEmptied) }
    if let identity {
      let connection = try Connection(
        path: partial, on: environment.files, access: .readWrite, busy: .seconds(1), cache: 2048)
      let statement = try connection.prepare("UPDATE headwater_store SET value = ?1 WHERE key = 'store'")
      statement.bind(1, identity)
      try statement.run()
      guard try connection.text("PRAGMA wal_checkpoint(TRUNCATE)") == "0" else {
        throw .engine(path: partial, detail: Self.notEmptied)
      }
    }
    for suffix in ["-wal", "-shm"] { try? environment.files.remove(partial + suffix) }
    do throws(FileError) {
      try environment.files.sync(at: partial)
    } catch {
      throw StoreError(error, writing: partial, of: path, Self.notOnDisk)
    }
    try DatabaseFile(partial, on: environment.files).syncNames()
    try checkPlace()
    isComplete = true
  }

  /// Gives the file its name.
  package func settle() throws(StoreError) {
    try checkPlace()
    try Self.settle(partial, as: path, in: environment)
  }

  /// Gives a file its name that an earlier run has completed.
  ///
  /// - Parameters:
  ///   - partial: the name that the file had then.
  ///   - path: the name that it is to have.
  /// - Returns: false where that file was to have another name, or is not there any more.
  package static func settle(
    _ partial: String, as path: String, of identity: String, in environment: StoreEnvironment = .system
  ) throws(StoreError) -> Bool {
    let path = environment.files.absolutePath(path)
    guard partial.hasPrefix(prefix(of: path)), try DatabaseFile(partial, on: environment.files).exists() else {
      return false
    }
    let connection = try Connection(
      path: partial, on: environment.files, access: .immutable, busy: .seconds(1), cache: 2048)
    guard try SchemaPreparation.identity(connection) == identity else { return false }
    try checkPlace(path, replaces: false, in: environment)
    try settle(partial, as: path, in: environment)
    return true
  }

  private static func settle(
    _ partial: String, as path: String, in environment: StoreEnvironment
  ) throws(StoreError) {
    do throws(FileError) {
      try AtomicFile(path, in: environment).settle(partial)
    } catch {
      throw StoreError(error, writing: path, of: path, notOnDisk)
    }
  }
}
