// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore
  import PRStorePostgres
  import Synchronization
  import TestPostgres

  /// One server for all tests of a process, with a database for each store.
  enum PostgresForTests {
    private static let cluster = Result { try PostgresCluster(settings: ["max_connections": "400"]) }
    private static let count = Atomic(0)

    static func makeDatabase() throws -> String {
      let name = "store\(count.wrappingAdd(1, ordering: .relaxed).newValue)"
      try cluster.get().primary.createDatabase(name)
      return name
    }

    static func open(_ name: String, isReadOnly: Bool) throws -> Store {
      let address = try PostgresAddress(try cluster.get().url(database: name))
      return try Store.open(PostgresOptions(address, isReadOnly: isReadOnly)).0
    }
  }
#endif
