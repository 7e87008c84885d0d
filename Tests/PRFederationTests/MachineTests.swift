// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import Testing

@Suite("Several machines of an authority, in its register")
struct MachineTests {
  private func request(_ number: UInt64, at now: Int64, _ text: String = "{}") -> PendingRequest {
    PendingRequest(id: PendingID(number), machine: "hq-b", request: text, at: now)
  }

  @Test("a machine joins with the authority's own store, and no site does")
  func stores() throws {
    var desk = try RegisterDesk()
    let (machine, site) = (try desk.invite("hq-b", .machine), try desk.invite("pune"))
    expect(.machineElsewhere, &desk) { try $0.enroll(machine, store: "a-file") }
    expect(.storeTaken(by: .authority), &desk) { try $0.enroll(site, store: RegisterDesk.store) }
    try desk.enroll(machine, store: RegisterDesk.store)
    try desk.join("hq-c", .machine)
    #expect(desk.register.machines.map(\.name.text) == ["hq-b", "hq-c"] && desk.register.isOnSeveralMachines)
  }

  @Test("the addresses of machines are the authority's, until they leave")
  func places() throws {
    var desk = try RegisterDesk()
    desk.register.addresses = [try #require(MemberAddress("hq.example:8586"))]
    try desk.join("hq-b", .machine, address: "hq-b.example:8586")
    #expect(desk.register.places.map(\.description) == ["hq.example:8586", "hq-b.example:8586"])
    try desk.register.retire(try MemberName("hq-b"), by: .authority, now: desk.now)
    #expect(desk.register.places == desk.register.addresses && !desk.register.isOnSeveralMachines)
  }

  @Test("a machine is found by each of its certificates, and not another member by its own")
  func certificates() throws {
    var desk = try RegisterDesk()
    try desk.join("hq-b", .machine)
    try desk.join("pune")
    for (name, serial) in [("hq-b", "0a"), ("pune", "0b"), ("hq-b", "0c")] {
      try desk.register.issue(.init(serial: serial, expires: desk.now + 10), to: try desk.id(name), now: desk.now)
    }
    #expect(
      ["0a", "0b", "0c", "0d"].map { desk.register.machine(certificate: $0)?.name.text } == ["hq-b", nil, "hq-b", nil])
  }

  @Test("a machine that is renamed leaves no name behind: its certificates have the authority's")
  func renamed() throws {
    var desk = try RegisterDesk()
    try desk.join("hq-b", .machine)
    try desk.register.issue(.init(serial: "0a", expires: desk.now + 10), to: try desk.id("hq-b"), now: desk.now)
    try desk.register.rename(try MemberName("hq-b"), to: try MemberName("hq-c"), by: .authority, now: desk.now)
    #expect(try desk.member("hq-c").formerNames.isEmpty)
    try desk.join("hq-b")
  }

  @Test("a change of the key waits for machines as it does for members")
  func rekeying() throws {
    var desk = try RegisterDesk()
    try desk.join("hq-b", .machine)
    let next = SecureDigest(of: Array("next".utf8))
    try desk.register.beginRekeying(
      from: .init(digest: RegisterDesk.authority, certificate: "former"), to: .init(digest: next, certificate: "next"),
      now: desk.now)
    #expect(desk.register.rekeyingWait(now: desk.now)?.members.map(\.text) == ["hq-b"])
    desk.register.note(trusts: [next], issuer: RegisterDesk.authority, of: try desk.id("hq-b"))
    #expect(desk.register.rekeyingWait(now: desk.now)?.isOver == true)
    #expect(desk.register.replaceAuthority(with: next).map(\.text) == ["hq-b"], "with the key lost it joins again")
  }

  @Test("a machine that says nothing for an hour is absent, and one that says that it is there is not")
  func absent() throws {
    var desk = try RegisterDesk()
    let machine = try desk.join("hq-b", .machine).member
    try desk.join("pune")
    desk.now += 3600
    let state = { (register: Register) in
      FederationReport(register, at: desk.now).members.map { "\($0.name) \($0.state)" }
    }
    #expect(state(desk.register) == ["authority joined", "hq-b absent", "pune absent"])
    var seen = desk.register
    seen.saw(machine: machine.id, now: desk.now)
    seen.saw(machine: try desk.id("pune"), now: desk.now)
    #expect(state(seen) == ["authority joined", "hq-b joined", "pune absent"], "a site reports, or is absent")
    seen.saw(machine: machine.id, now: desk.now - 100)
    #expect(seen.member(machine.id)?.seenAt == desk.now, "a clock that is behind makes none absent")
  }

  @Test("the report of a machine marks its own row, and is of the whole federation")
  func here() throws {
    var desk = try RegisterDesk()
    let machine = try desk.join("hq-b", .machine).member
    let report = FederationReport(desk.register, at: desk.now, here: machine.id)
    #expect(report.here?.name == "hq-b" && report.isWhole && report.members.filter(\.isHere).count == 1)
  }

  @Test("requests are answered once, and go when they are taken")
  func pending() throws {
    var register = try RegisterDesk().register
    try register.ask(request(2, at: 11))
    try register.ask(request(1, at: 10))
    try register.ask(request(3, at: 10))
    #expect(register.unanswered(now: 12).map(\.id.number) == [1, 3, 2], "the oldest first")
    register.answer(PendingID(1), .done("first"))
    register.answer(PendingID(1), .refused("second"))
    #expect(register.unanswered(now: 12).map(\.id.number) == [3, 2])
    #expect(register.endPending(PendingID(1)) == .done("first"))
    #expect(register.endPending(PendingID(1)) == nil, "it is gone")
    #expect(register.endPending(PendingID(2)) == nil && register.pending.map(\.id.number) == [3])
    register.answer(PendingID(2), .done("late"))
    #expect(register.pending.count == 1, "what was given up is not answered")
  }

  @Test("there are a hundred at most, and those that nothing waits for any more make room")
  func bounds() throws {
    var desk = try RegisterDesk()
    for number in 0..<100 { try desk.register.ask(request(UInt64(number), at: 1000)) }
    expect(.tooManyPending, &desk) { try $0.register.ask(request(100, at: 1599)) }
    expect(.pendingTooLong, &desk) { try $0.register.ask(request(1, at: 9000, String(repeating: "x", count: 65_537))) }
    #expect(!desk.register.hasOverduePending(now: 1599) && desk.register.unanswered(now: 1599).count == 100)
    #expect(desk.register.hasOverduePending(now: 1600) && desk.register.unanswered(now: 1600).isEmpty)
    var swept = desk.register
    swept.sweepPending(now: 1600)
    #expect(swept.pending.isEmpty)
    try desk.register.ask(request(100, at: 1600))
    #expect(desk.register.pending.map(\.id.number) == [100])
    #expect(desk.register.hasOverduePending(now: 999), "of a clock that was set back none stays for ever")
  }
}
