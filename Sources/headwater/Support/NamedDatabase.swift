// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRStore
import PRStoreSQLite
import PRWire

#if PostgreSQL
  import PRStorePostgres
#endif

/// The database that a command is to work on: a file, or the URL of one on PostgreSQL. A command numbers nothing.
struct NamedDatabase {
  private let text: String

  init(_ text: String) { self.text = text }

  var isOnServer: Bool { DatabaseURL.isURL(text) }

  /// The name for messages, without a password.
  var name: String { DatabaseURL.withoutPassword(text) }

  /// - Parameter adjust: changes how a file is opened.
  func open(readOnly: Bool, _ adjust: (inout StoreOptions) -> Void = { _ in }) throws -> Store {
    guard !isOnServer else { return try openServer(readOnly: readOnly) }
    var options = StoreOptions(path: text, readOnly: readOnly)
    adjust(&options)
    return try Store.open(options).store
  }

  /// - Returns: nil where there is no such file, or no store in the database of the server.
  func openIfThere(readOnly: Bool, _ adjust: (inout StoreOptions) -> Void = { _ in }) throws -> Store? {
    guard isOnServer || FileManager.default.fileExists(atPath: text) else { return nil }
    do {
      return try open(readOnly: readOnly, adjust)
    } catch StoreError.missing where isOnServer {
      return nil
    }
  }

  private func openServer(readOnly: Bool) throws -> Store {
    #if PostgreSQL
      return try Store.open(try PostgresOptions.ofCommand(text, isReadOnly: readOnly)).0
    #else
      throw UserFacingError(ServerDatabase.howToBuild)
    #endif
  }

  /// For a command that only works on a file.
  ///
  /// - Parameter instead: what does the same for a database on PostgreSQL.
  func requireFile(_ instead: String) throws {
    if isOnServer { throw UserFacingError("\(name) is on PostgreSQL: \(instead)") }
  }
}

#if PostgreSQL
  extension PostgresOptions {
    static func ofCommand(_ url: String, isReadOnly: Bool = false) throws -> PostgresOptions {
      PostgresOptions(try PostgresAddress(url), isOfServer: false, isReadOnly: isReadOnly)
    }
  }
#endif
