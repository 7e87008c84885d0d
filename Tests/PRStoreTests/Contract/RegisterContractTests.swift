// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRStore
import TestSeed
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: the register", .ownThreads)
struct RegisterContractTests {
  private let databases = EngineDatabases()

  private static func register(_ store: Store) async throws -> Register? {
    try await store.read { reader throws(StoreError) in try reader.register() }
  }

  private static func keep(_ register: Register, in store: Store) async throws {
    try await store.write { context throws(StoreError) in
      try context.store(register, replacing: try context.reader.register())
    }
  }

  @Test("a store without a federation has none, and nothing can be changed in it", arguments: EngineUnderTest.allCases)
  func none(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    #expect(try await Self.register(store) == nil)
    let outcome = try await store.write { context throws(StoreError) in
      try context.changeRegister { register throws(RegisterRefusal) in try register.afterRestore(takesWord: true) }
        .map { _ in true }
    }
    #expect(outcome == nil)
  }

  @Test(
    "every register is read as it was stored, by later transactions and by later stores",
    arguments: EngineUnderTest.allCases)
  func roundTrip(engine: EngineUnderTest) async throws {
    for seed in Seed.several(20) {
      let random = RandomRegister(seed)
      let database = try databases.make(engine)
      var expected = random.next()
      for step in 0..<8 {
        let store = try database.open()
        try await Self.keep(expected, in: store)
        #expect(try await Self.register(store)?.sorted == expected.sorted, "\(seed), step \(step)")
        store.close()
        let again = try database.open(isReadOnly: true)
        #expect(try await Self.register(again)?.sorted == expected.sorted, "\(seed), step \(step)")
        again.close()
        expected = random.changed(expected)
      }
    }
  }

  @Test(
    "one transaction reads, has the rules decide and writes; a refusal writes nothing",
    arguments: EngineUnderTest.allCases)
  func deciding(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let authority = SecureDigest(of: [1])
    try await Self.keep(Register(federation: try FederationName("hq.example"), authority: authority), in: store)
    let secret = try #require(EnrollmentSecret(bytes: Array(repeating: 7, count: 16)))
    let token = EnrollmentToken(authority: authority, id: InvitationID(5), secret: secret)
    let pune = try MemberName("pune")
    @Sendable func invite(at now: Int64) async throws -> Result<Invitation, RegisterRefusal>? {
      try await store.write { context throws(StoreError) in
        try context.changeRegister { register throws(RegisterRefusal) in
          try register.invite(
            Invitation.Offer(name: pune), by: .authority, id: token.id, secretHash: token.secret.hash, now: now)
        }
      }
    }
    _ = try await invite(at: 100)?.get()
    let invited = try await Self.register(store)
    #expect(invited?.invitations.map(\.offer.name) == [pune])
    #expect(try await invite(at: 101) == .failure(.alreadyInvited(pune)))
    #expect(try await Self.register(store) == invited)
    let proof = try #require(EnrollmentProof(token: token, request: [1, 2]))
    let enrolled = try await store.write { context throws(StoreError) in
      try context.changeRegister { register throws(RegisterRefusal) in
        try register.enroll(
          .init(id: token.id, proof: proof, request: [1, 2], store: "store-a", address: "10.0.0.1"),
          member: MemberID(9), bits: 3, now: 102)
      }
    }?.get()
    let joined = try #require(try await Self.register(store))
    #expect(Array(joined.members) == [try #require(enrolled).member])
    #expect(joined.leases == [try #require(enrolled?.lease)])
    #expect(joined.laneRows.map(\.state) == [.held])
    #expect(joined.invitations.map(\.state) == [.used])
  }

  @Test("a decision that fails takes the register that it changed with it", arguments: EngineUnderTest.allCases)
  func undone(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let random = RandomRegister(Seed(1))
    for register in [random.next(), random.next()] {
      let before = try await Self.register(store)
      await #expect(throws: StoreError.abandoned) {
        try await store.write { context throws(StoreError) in
          try context.store(register, replacing: try context.reader.register())
          throw .abandoned
        }
      }
      #expect(try await Self.register(store) == before)
      try await Self.keep(register, in: store)
    }
  }

  @Test(
    "a decision sees what the one before it in the same transaction has changed", arguments: EngineUnderTest.allCases)
  func sameTransaction(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let random = RandomRegister(Seed(2))
    let first = random.next()
    let second = random.changed(first)
    let seen = try await store.write { context throws(StoreError) in
      try context.store(first, replacing: nil)
      let seen = try context.reader.register()
      try context.store(second, replacing: seen)
      return (seen, try context.reader.register())
    }
    #expect(seen.0?.sorted == first.sorted && seen.1?.sorted == second.sorted)
    #expect(try await Self.register(store)?.sorted == second.sorted)
  }

  @Test("a store that is opened to store nothing changes no register")
  func readOnly() async throws {
    let database = try databases.make(.sqlite)
    let store = try database.open()
    let register = RandomRegister(Seed(3)).next()
    try await Self.keep(register, in: store)
    store.close()
    let readOnly = try database.open(isReadOnly: true)
    await #expect(throws: StoreError.self) { try await Self.keep(RandomRegister(Seed(4)).next(), in: readOnly) }
    #expect(try await Self.register(readOnly)?.sorted == register.sorted)
  }
}
