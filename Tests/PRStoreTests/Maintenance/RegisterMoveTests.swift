// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRFederation
  import PRRevision
  import PRStore
  import PRStorePostgres
  import PRStoreSQLite
  import TestPostgres
  import TestSeed
  import TestStore
  import TestThreads
  import Testing

  @Suite("Moving a store with a register", .ownThreads, .enabled(if: PostgresPrograms.available))
  struct RegisterMoveTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func register(_ store: Store) async throws -> Register? {
      try await store.read { reader throws(StoreError) in try reader.register() }
    }

    @Test("takes the register along, from a file to PostgreSQL and back, and does not leave out a late change")
    func bothWays() async throws {
      let random = RandomRegister(Seed(7))
      let (first, second) = (random.next(), random.next())
      let path = folder.file("pr.sqlite3")
      do {
        let store = try Store.writable(path)
        try await store.record([.busybox("a", "1")])
        try await store.write { context throws(StoreError) in try context.store(first, replacing: nil) }
        store.close()
      }

      let options = try PostgresForTests.makeOptions()
      do {
        let (source, target) = (try MovingFile(path), try PostgresFilling(options))
        try target.begin()
        try target.add(try source.entries(after: 0, limit: 10))
        try target.add(try #require(try source.register()))
        try target.finish(as: source.identity) { () throws(StoreError) in try source.markMoving(to: target.path) }
        try source.markMoved(to: target.path)
      }
      let server = try Store.open(options).0
      #expect(try await register(server)?.sorted == first.sorted)

      let source = try PostgresDraining(options)
      let copied = try source.register()
      try await server.write { context throws(StoreError) in
        try context.store(second, replacing: try context.reader.register())
      }
      let file = folder.file("back.sqlite3")
      let target = try MovedFile(file, replaces: false)
      try await target.add(try source.entries(after: 0, limit: 10))
      let end = try await target.end()
      #expect(try source.close(at: end.rows, end.floor, copied, movedTo: target.partial) == false)
      let changed = try #require(try source.register())
      try await target.add(changed)
      try target.complete(as: source.identity)
      #expect(try source.close(at: end.rows, end.floor, changed, movedTo: target.partial))
      try target.settle()
      #expect(try await register(try Store.writable(file))?.sorted == second.sorted)
      server.close()
    }
  }
#endif
