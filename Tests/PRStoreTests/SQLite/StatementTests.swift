// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDBSQLite
import PRStore
import TestStore
import TestThreads
import Testing

@testable import PRStoreSQLite

/// SQLite refuses to bind a text that is longer than its limit, as it does where it has no memory for a copy. The parameter
/// is NULL then.
@Suite("A statement with a parameter that could not be bound", .ownThreads)
struct StatementTests {
  private static let long = String(repeating: "x", count: 200)
  private let folder: TemporaryFolder
  private let connection: Connection

  init() throws {
    folder = try TemporaryFolder()
    connection = try Connection(
      path: folder.file("pr.sqlite3"), on: SystemFiles(), access: .readWrite, busy: .zero, cache: 64)
    sqlite3_limit(connection.handle, SQLITE_LIMIT_LENGTH, 100)
  }

  @Test("does not run, and answers nothing in place of what was asked")
  func refused() throws {
    let statement = try connection.prepare("SELECT ?1 IS NULL, ?2")
    statement.bind(1, Self.long)
    statement.bind(2, 7)
    for _ in 0..<2 {
      let error = #expect(throws: StoreError.self) { _ = try statement.step() }
      #expect("\(try #require(error))".contains("too big"))
      statement.reset()
    }
  }

  @Test("runs once the parameter is bound")
  func boundAgain() throws {
    let statement = try connection.prepare("SELECT ?1, ?2, ?3")
    statement.bind(1, Self.long)
    statement.bind(2, blob: Array(Self.long.utf8))
    statement.bind(3, 7)
    statement.bind(1, "short")
    #expect(throws: StoreError.self) { _ = try statement.step() }
    statement.bind(2, blob: [1])
    #expect(try statement.step())
    #expect(statement.text(0) == "short" && statement.number(2) == 7)
  }

  @Test("is refused, however the text comes")
  func unowned() throws {
    let statement = try connection.prepare("SELECT ?1")
    Array(Self.long.utf8).withUnsafeBytes { statement.bind(1, unowned: $0) }
    #expect(throws: StoreError.self) { _ = try statement.step() }
  }
}
