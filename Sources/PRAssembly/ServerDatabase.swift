// SPDX-License-Identifier: Apache-2.0
import PRStore
import PRWire

#if PostgreSQL
  import PRStorePostgres
#endif

/// The database of an authority on a server, and how this node uses it.
package struct ServerDatabase: Hashable, Sendable {
  package let url: String
  let name: String?
  let durability: Durability
  let timeout: Duration
  let positionFile: String

  /// The program was built without the engine.
  package static var isMissing: Bool {
    #if PostgreSQL
      false
    #else
      true
    #endif
  }

  package static let howToBuild =
    "this program was built without PostgreSQL: build it with 'swift build -c release --traits PostgreSQL' where libpq-dev is "
    + "installed"

  /// - Returns: nil for a node whose database is a file.
  init?(serving options: OptionValues) throws(OptionMistake) {
    guard options.frozen == nil, DatabaseURL.isURL(options.database) else { return nil }
    url = options.database
    name = options.name
    durability = try options.word(\.durability)
    timeout = options.lockTimeout.duration
    positionFile = options.positionFile
  }

  /// - Parameter note: is called with what an operator should be aware of.
  func open(_ note: (String) -> Void) throws -> Store {
    #if PostgreSQL
      let options = PostgresOptions(
        try PostgresAddress(url), applicationName: name.map { "headwater \($0)" } ?? "headwater",
        durability: durability,
        timeout: timeout, positionFile: positionFile)
      let (store, report) = try Store.open(options)
      for warning in report.warnings { note(warning) }
      return store
    #else
      throw UserFacingError(Self.howToBuild)
    #endif
  }
}
