// SPDX-License-Identifier: Apache-2.0
import PRStore
import PRStoreMemory
import PRStoreSQLite
import Synchronization

/// The engines that are held to the contract of a store.
package enum EngineUnderTest: String, Hashable, Sendable, CaseIterable {
  case sqlite, memory
  /// An engine may do without an ``EventLoopReader``.
  case memoryWithoutEventLoopReader

  var hasEventLoopReader: Bool { self != .memoryWithoutEventLoopReader }
}

/// A database of one of the engines. Stores open it one after another, and one that reads beside one that writes.
package final class EngineDatabase: Sendable {
  private let engine: EngineUnderTest
  private let folder: TemporaryFolder
  private let memory: MemoryDatabase

  /// - Parameter identity: which store one in memory is.
  package init(_ engine: EngineUnderTest, identity: String = "a store in memory") throws {
    self.engine = engine
    folder = try TemporaryFolder()
    memory = MemoryDatabase(identity: identity)
  }

  package func open(isReadOnly: Bool = false) throws -> Store {
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
