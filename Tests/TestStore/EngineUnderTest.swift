// SPDX-License-Identifier: Apache-2.0
import PRStore
import PRStoreMemory
import PRStoreSQLite
import Synchronization
import TestPostgres

#if PostgreSQL
  import PRStorePostgres
#endif

/// The engines that are held to the contract of a store.
package enum EngineUnderTest: String, Hashable, Sendable {
  case sqlite, memory
  /// An engine may do without an ``EventLoopReader``.
  case memoryWithoutEventLoopReader
  /// For an authority alone: without a copy of an upstream's rows.
  case postgres

  package static let withCopy: [EngineUnderTest] = [.sqlite, .memory, .memoryWithoutEventLoopReader]

  package var hasEventLoopReader: Bool { self == .sqlite || self == .memory }

  package var keepsCopy: Bool { self != .postgres }
  /// PostgreSQL's texts have no byte 0.
  package var storesByte0: Bool { self != .postgres }
  /// Its exports are in the order of keys.
  package var sortsExports: Bool { self != .postgres }
}

extension EngineUnderTest: CaseIterable {
  /// Those that this build has, and this machine has servers for.
  package static var allCases: [EngineUnderTest] {
    #if PostgreSQL
      withCopy + (PostgresPrograms.available ? [.postgres] : [])
    #else
      withCopy
    #endif
  }
}

/// A database of one of the engines. Stores open it one after another, and one that reads beside one that writes.
package final class EngineDatabase: Sendable {
  private let engine: EngineUnderTest
  private let folder: TemporaryFolder
  private let memory: MemoryDatabase
  #if PostgreSQL
    /// The database on the server of all tests.
    private let name: String
  #endif

  /// - Parameter identity: which store one in memory is.
  package init(_ engine: EngineUnderTest, identity: String = "a store in memory") throws {
    self.engine = engine
    folder = try TemporaryFolder()
    memory = MemoryDatabase(identity: identity)
    #if PostgreSQL
      name = engine == .postgres ? try PostgresForTests.makeDatabase() : ""
    #endif
  }

  package func open(isReadOnly: Bool = false) throws -> Store {
    #if PostgreSQL
      if engine == .postgres { return try PostgresForTests.open(name, isReadOnly: isReadOnly) }
    #endif
    guard engine == .sqlite else {
      return try memory.open(isReadOnly: isReadOnly, hasEventLoopReader: engine.hasEventLoopReader)
    }
    let path = folder.file("pr.sqlite3")
    return try isReadOnly ? .readOnly(path) : .writable(path, durability: .off)
  }
}

/// The databases of a test, which are there as long as the test is.
package final class EngineDatabases: Sendable {
  private let made = Mutex<[EngineDatabase]>([])

  package init() {}

  package func make(_ engine: EngineUnderTest) throws -> EngineDatabase {
    let database = try EngineDatabase(engine)
    made.withLock { $0.append(database) }
    return database
  }

  /// A store with a database of its own.
  package func open(_ engine: EngineUnderTest) throws -> Store { try make(engine).open() }
}
