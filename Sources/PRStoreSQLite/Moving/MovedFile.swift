// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// A new database that is filled with the rows of another store, and gets its name once it is whole.
package final class MovedFile {
  /// Absolute.
  package let path: String
  private let partial: String
  private let environment: StoreEnvironment
  private let store: Store

  private static let suffix = ".partial"
  private static let notOnDisk = "the database could not be brought to the disk"

  /// - Parameter replaces: a file that is there already may be replaced.
  package init(_ path: String, replaces: Bool, in environment: StoreEnvironment = .system) throws(StoreError) {
    self.path = environment.files.absolutePath(path)
    self.environment = environment
    partial = self.path + Self.suffix
    let file = DatabaseFile(self.path, on: environment.files)
    if !replaces, try file.exists() {
      throw .engine(path: path, detail: "it is there already; name another file")
    }
    guard try !file.hasLog() else {
      throw .engine(path: path, detail: "\(path)-wal holds rows of it; stop what serves it, or name another file")
    }
    for suffix in ["", "-wal", "-shm"] { try? environment.files.remove(partial + suffix) }
    var options = StoreOptions(path: partial, durability: .off)
    options.keepsMark = false
    store = try Store.open(options, in: environment).store
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

  /// Where its feed ends.
  package func end() async throws(StoreError) -> FeedPoint {
    let last = try await store.read(in: .long) { reader throws(StoreError) in try reader.lastPosition() }
    return FeedPoint(serial: last.serial, digest: last.digest)
  }

  /// Brings the file to the disk, whole, under its name or under the one that it has until ``settle()``.
  ///
  /// - Parameter identity: which store it is; nil for a new one.
  package func complete(as identity: String?) throws(StoreError) {
    store.close()
    if let identity {
      let connection = try Connection(
        path: partial, on: environment.files, access: .readWrite, busy: .seconds(1), cache: 2048)
      let statement = try connection.prepare("UPDATE headwater_store SET value = ?1 WHERE key = 'store'")
      statement.bind(1, identity)
      try statement.run()
      try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
    for suffix in ["-wal", "-shm"] { try? environment.files.remove(partial + suffix) }
    do throws(FileError) {
      let file = try environment.files.open(partial)
      defer { try? environment.files.close(file) }  // it was synced, or the first error says more
      try environment.files.sync(file)
    } catch {
      throw StoreError(error, writing: partial, of: path, Self.notOnDisk)
    }
  }

  /// Gives a file that is complete its name.
  package func settle() throws(StoreError) { try Self.settle(path, in: environment) }

  /// Gives a file its name that an earlier run has completed.
  ///
  /// - Returns: whether the file is there, as that store.
  package static func settle(
    _ path: String, of identity: String, in environment: StoreEnvironment = .system
  ) throws(StoreError) -> Bool {
    let isSettled = try DatabaseFile(path, on: environment.files).exists()
    let found = isSettled ? path : path + suffix
    guard try DatabaseFile(found, on: environment.files).exists() else { return false }
    let connection = try Connection(
      path: found, on: environment.files, access: .readOnly, busy: .seconds(1), cache: 2048)
    guard try SchemaPreparation.identity(connection) == identity else { return false }
    if !isSettled { try settle(path, in: environment) }
    return true
  }

  private static func settle(_ path: String, in environment: StoreEnvironment) throws(StoreError) {
    do throws(FileError) {
      try AtomicFile(path, in: environment).settle(path + suffix)
    } catch {
      throw StoreError(error, writing: path, of: path, notOnDisk)
    }
  }
}
