// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRFederation
import PRMembership
import PRStore
import PRWire

/// Which database, and where its keys are.
struct FederationOptions: ParsableArguments {
  @Option(help: "The database of the node: a file, or for an authority a postgresql:// URL.")
  var database = "prserv.sqlite3"

  @Option(help: ArgumentHelp(ServeOptions.table.keys.definition)) var keys: String?

  var folder: KeyFolder {
    get throws {
      if let keys { return KeyFolder(keys) }
      guard !DatabaseURL.isURL(database) else {
        throw UserFacingError("no folder stands beside a database on PostgreSQL: name one with --keys")
      }
      return KeyFolder(KeyFolder.standard(beside: database))
    }
  }

  /// Nil for a database on PostgreSQL of which no folder is named.
  var givenFolder: KeyFolder? { try? folder }

  /// For a message that names the command again.
  var arguments: String {
    "--database \(DatabaseURL.withoutPassword(database))" + (keys.map { " --keys \($0)" } ?? "")
  }

  func open(readOnly: Bool = false) throws -> Store {
    guard let store = try NamedDatabase(database).openIfThere(readOnly: readOnly) else {
      throw UserFacingError("there is no database \(database); name the node's own with --database")
    }
    return store
  }
}

extension ParsableCommand {
  /// In seconds since 1970.
  static var now: Int64 { Int64(clamping: Date().timeIntervalSince1970) }
}

enum FederationArgument {
  @Sendable static func name(_ text: String) throws -> MemberName {
    do throws(NameError) {
      return try MemberName(text)
    } catch {
      throw ValidationError("'\(text)': \(error)")
    }
  }

  @Sendable static func address(_ text: String) throws -> MemberAddress {
    guard let address = MemberAddress(text) else {
      throw ValidationError("'\(text)' is no address: write HOST:PORT, an IPv6 address in brackets")
    }
    return address
  }
}
