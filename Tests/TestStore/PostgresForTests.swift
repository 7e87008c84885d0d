// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore
  import PRStorePostgres
  import Synchronization
  import TestPostgres

  /// One server for all tests of a process, with a database for each store.
  package enum PostgresForTests {
    private static let cluster = Result { try PostgresCluster(settings: ["max_connections": "400"]) }
    private static let count = Atomic(0)

    static func makeDatabase() throws -> String {
      let name = "store\(count.wrappingAdd(1, ordering: .relaxed).newValue)"
      try cluster.get().primary.createDatabase(name)
      return name
    }

    /// An empty database.
    package static func makeOptions() throws -> PostgresOptions { try options(try makeDatabase()) }

    private static func options(_ name: String, isReadOnly: Bool = false) throws -> PostgresOptions {
      PostgresOptions(try PostgresAddress(try cluster.get().url(database: name)), isReadOnly: isReadOnly)
    }

    static func open(_ name: String, isReadOnly: Bool) throws -> Store {
      try Store.open(try options(name, isReadOnly: isReadOnly)).0
    }
  }
#endif
