// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("The rows of the register in a file", .ownThreads)
struct RegisterRowTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  private static let tables = RegisterTable.allCases.map { "headwater_\($0.rawValue)" }.sorted()

  private func tables(of path: String) throws -> [String] {
    let names = Self.tables.map { "'\($0)'" }.joined(separator: ", ")
    return try ForeignProcess(path).ask("SELECT name FROM sqlite_master WHERE name IN (\(names)) ORDER BY name")
      .compactMap { $0[0] }
  }

  private func keep(_ register: Register, in store: Store) async throws {
    try await store.write { context throws(StoreError) in
      try context.store(register, replacing: try context.reader.register())
    }
  }

  private func register(_ store: Store) async throws -> Register? {
    try await store.read { reader throws(StoreError) in try reader.register() }
  }

  /// One that has a row in each table, and a value in each column.
  private static let full: Register = {
    let random = RandomRegister(Seed(1))
    let one = MemberID(1)
    let nonce = Nonce(generation: 1, number: 2, bits: 3)
    let (pune, oslo) = (random.memberName(), random.memberName())
    var member = Member(
      id: one, name: pune, addresses: [], kind: .site, parent: one, level: 1, rights: .all, store: "s",
      nonce: NonceJudge(
        store: "s", newest: nonce, answered: .init(presented: .init(given: nonce, own: 1), address: "a", at: 1),
        stop: NonceStop(cause: .old, addresses: ["a"], since: 1, at: 1)),
      invitedBy: one, invitedAt: 1, joinedAt: 1)
    member.formerNames = [.init(name: oslo, until: 1)]
    member.certificates = [.init(serial: "00", expires: 1)]
    var invitation = Invitation(
      id: InvitationID(1), secretHash: SecureDigest(of: []), offer: .init(name: pune, parent: one), inviter: one, at: 1)
    invitation.use = .init(
      request: SecureDigest(of: []), member: one, nonce: nonce, at: 1, certificate: "a certificate")
    var register = Register(
      federation: random.next().federation, authority: SecureDigest(of: []), lanes: .standard, members: [member],
      leases: [Lease(member: one, store: "s", level: 1, lane: .only, from: 1)],
      laneRows: [LaneRow(level: 1, index: 1, member: one, state: .held)], invitations: [invitation],
      floors: [.init(level: 1, from: 1)], restoredAt: 1,
      handMade: [.init(level: 1, lane: .init(store: "s", lane: .only), address: "a", seenAt: 1, isForgotten: true)],
      rekeying: Rekeying(
        former: .init(digest: SecureDigest(of: [1]), certificate: "former"),
        next: .init(digest: SecureDigest(of: [2]), certificate: "next"), phase: .signing, since: 1,
        otherList: .init(number: 1, list: "another list"), progress: [.init(member: one, step: .renewed)]),
      pending: [PendingRequest(id: PendingID(1), machine: "hq-b", request: "{}", at: 1, answer: .done("{}"))])
    register.addresses = [MemberAddress("hq.example:8586")].compactMap(\.self)
    register.revocations = .init(number: 1, list: "a list")
    return register
  }()

  /// Columns whose texts are any text.
  private static let free: Set<String> = [
    "member.store", "member.nonce_store", "member.answered_from", "member.stop_from",
    "lease.store", "federation.revocations", "invitation.used_certificate", "handmade.store", "handmade.address",
    "rekeying.next_certificate", "rekeying.former_certificate", "rekeying.list",
    "pending.machine", "pending.request", "pending.answer", "pending.refusal",
  ]

  @Test("a text that no version writes is an error with the names of its table and column, never a trap")
  func unknownTexts() async throws {
    let store = try Store.writable(path)
    try await keep(Self.full, in: store)
    #expect(try await register(store) == Self.full)
    let file = try ForeignProcess(path)
    for table in RegisterTable.allCases {
      for column in table.columns {
        let name = "headwater_\(table.rawValue)"
        for wrong in ["'unknown,!'", "''", "x'FF'", "-1", "9223372036854775807", "1.5"] {
          // A list that is empty is one, and a time is any number.
          if wrong == "''", ["addresses", "former_names", "certificates"].contains(column.name) { continue }
          let isTime = column.isNumber && !["level", "lanes", "schema", "again", "forgotten"].contains(column.name)
          if isTime || (column.name == "schema" && wrong == "-1"), Int64(wrong) != nil { continue }
          if Self.free.contains("\(table.rawValue).\(column.name)") { continue }
          if wrong == "9223372036854775807",
            ["from_number", "number", "revocations_number", "list_number"].contains(column.name)
          {
            continue
          }
          let before = try file.ask("SELECT quote(\(column.name)) FROM \(name)")[0][0] ?? ""
          try file.run("UPDATE \(name) SET \(column.name) = \(wrong)")
          let error = await #expect(throws: StoreError.self, "\(name).\(column.name) = \(wrong)") {
            try await register(store)
          }
          guard case .badRegister(path, let detail)? = error else {
            Issue.record("\(name).\(column.name) = \(wrong): \(String(describing: error))")
            continue
          }
          #expect(detail.contains(column.name) && !detail.contains("unknown,!"))
          try file.run("UPDATE \(name) SET \(column.name) = \(before)")
        }
      }
    }
    #expect(try await register(store) == Self.full)
  }

  @Test("rows are numbered as before while the register cannot be read, also in the same transaction")
  func numberingGoesOn() async throws {
    let store = try Store.writable(path)
    try await keep(Self.full, in: store)
    try ForeignProcess(path).run("UPDATE headwater_member SET state = 'unknown'")
    async let refused = isRefused(store)
    #expect(try await store.count(.checksum("a")).text == "0")
    #expect(await refused)
  }

  private func isRefused(_ store: Store) async -> Bool {
    do throws(StoreError) {
      _ = try await store.write { context throws(StoreError) in try context.reader.register() }
    } catch .badRegister {
      return true
    } catch {}
    return false
  }

  @Test("a register that a newer version wrote is not read")
  func newer() async throws {
    let store = try Store.writable(path)
    try await keep(Self.full, in: store)
    try ForeignProcess(path).run("UPDATE headwater_federation SET schema = \(RegisterTable.schema + 1)")
    let error = await #expect(throws: StoreError.self) { try await register(store) }
    #expect(error?.description.contains("a newer version wrote it") == true)
  }

  @Test("a register of schema 1, which lacks tables, is read, and gets them with their first rows")
  func schema1() async throws {
    let store = try Store.writable(path)
    try await keep(Self.full, in: store)
    let file = try ForeignProcess(path)
    for table in RegisterTable.allCases where table.isLater { try file.run("DROP TABLE headwater_\(table.rawValue)") }
    try file.run("UPDATE headwater_federation SET schema = 1")
    let old = try #require(try await register(store))
    #expect(old.members == Self.full.members && old.handMade.isEmpty && old.rekeying == nil)
    try await keep(Self.full, in: store)
    #expect(try await register(store) == Self.full)
    #expect(try tables(of: path) == Self.tables)
  }

  @Test("a file has no table of the register before a federation is made, and opens as it was")
  func noTables() async throws {
    let store = try Store.writable(path)
    try await store.record([.busybox("a", "1")])
    #expect(try tables(of: path) == [])
    store.close()
    let again = try Store.writable(path)
    #expect(try await register(again) == nil)
    try await keep(Self.full, in: again)
    #expect(try tables(of: path) == Self.tables)
    #expect(try await again.greatest(.busybox) == "1")
  }

  @Test("a file that only BitBake's server has written has no register")
  func bitbake() async throws {
    _ = try ForeignProcess.bitbake(path, [.busybox("a", "1")])
    #expect(try await register(try Store.readOnly(path)) == nil)
  }

  @Test("a backup has the register, and a frozen file has none")
  func copies() async throws {
    let store = try Store.writable(path)
    try await store.record([.busybox("a", "1")])
    try await keep(Self.full, in: store)
    let (backup, frozen) = (folder.file("backup.sqlite3"), folder.file("frozen.sqlite3"))
    try Backup(of: path, to: backup).run(replaces: false)
    #expect(try await register(try Store.writable(backup)) == Self.full)
    _ = try Freeze(of: path, to: frozen).run(replaces: false, time: "2026-01-01T00:00:00Z")
    #expect(try tables(of: frozen) == [])
    #expect(try await register(try Store.readOnly(frozen)) == nil)
  }

  @Test("only the rows that differ are written")
  func differences() {
    var changed = Self.full
    #expect(RegisterChange(from: Self.full, to: changed).isEmpty)
    changed.authority = SecureDigest(of: [1])
    #expect(RegisterChange(from: Self.full, to: changed).written.map(\.table) == [.federation])
    #expect(RegisterChange(from: nil, to: Self.full).written.map(\.table) == RegisterTable.allCases)
    for seed in Seed.several(200) {
      let random = RandomRegister(seed)
      let old = random.next()
      let change = RegisterChange(from: old, to: random.changed(old))
      #expect(change.written.allSatisfy { $0.fields.count == $0.table.columns.count }, "\(seed)")
    }
  }
}
