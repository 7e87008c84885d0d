// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import Testing

@Suite("A register that was restored")
struct RestoreTests {
  @Test("gives no lane until all members have reported, or the operator gives the word")
  func lanes() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    try desk.join("oslo")
    try desk.join("hq-b", .machine)
    let token = try desk.invite("rome")
    let backup = desk.register
    for name in ["pune", "oslo", "pune"] { try desk.report(name) }
    desk.register = backup
    desk.now += 10
    desk.register.markRestored(now: desk.now)
    expect(.restored, &desk) { try $0.invite("more") }
    expect(.restored, &desk) { try $0.enroll(token, store: "rome") }
    expect(.restored, &desk) { _ = try $0.register.relane(try MemberName("pune"), by: .authority, bits: 1, now: 0) }
    #expect(try desk.report("pune").verdict.isAlarm == false)
    expect(.awaiting([try MemberName("oslo")], count: 1), &desk) { try $0.register.afterRestore(takesWord: false) }
    var word = desk
    try word.register.afterRestore(takesWord: true)
    try word.invite("more")
    #expect(try word.report("oslo").verdict.isAlarm == false, "and a member that comes later is not stopped")
    try desk.report("oslo")
    try desk.register.afterRestore(takesWord: false)
    try desk.enroll(token, store: "rome")
    expect(.notRestored, &desk) { try $0.register.afterRestore(takesWord: true) }
  }

  @Test("that is not marked is by the first report of a member that was given more, which is not stopped")
  func unmarked() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    let backup = desk.register
    for _ in 0..<3 { try desk.report("pune") }
    desk.register = backup
    #expect(desk.register.restoredAt == nil)
    #expect(try desk.report("pune").verdict.isAlarm == false)
    #expect(desk.register.restoredAt == desk.now)
    #expect(desk.held.values.allSatisfy { $0.stop == nil })
    expect(.restored, &desk) { try $0.invite("more") }
  }

  @Test("takes over a lane that was given after the backup, and spends the one before")
  func takeOver() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    let backup = desk.register
    let lease = try desk.register.relane(try MemberName("pune"), by: .authority, bits: 5, now: desk.now)
    try desk.report("pune")
    desk.register = backup
    desk.register.markRestored(now: desk.now)
    let seen = try desk.report("pune", lease: lease)
    #expect(seen.lease == lease && seen.verdict.isAlarm == false)
    #expect(desk.row(1, 0) == .spent && desk.row(1, 1) == .held)
  }

  @Test("a member that was stopped before the backup goes on only with the lane that it got after it")
  func stopped() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    let (name, first) = (try MemberName("pune"), desk.held)
    for _ in 0..<3 { try desk.report("pune") }
    let original = desk.held
    desk.held = first
    guard case .stopped = try desk.report("pune").verdict else { throw NotStopped() }
    desk.held = original
    let backup = desk.register
    #expect(desk.row(1, 0) == .spent)
    let lease = try desk.register.relane(name, by: .authority, bits: 5, now: desk.now)
    for _ in 0..<2 { try desk.report("pune") }
    desk.register = backup
    expect(.noLane(name), &desk) { try $0.report("pune") }
    #expect(try desk.member("pune").nonce?.stop != nil)
    let seen = try desk.report("pune", lease: lease)
    #expect(seen.lease == lease && seen.verdict.isAlarm == false && desk.row(1, 1) == .held)
  }

  private struct NotStopped: Error {}

  @Test("takes over a member that joined after the backup, and no lane that another has")
  func adopt() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    let backup = desk.register
    try desk.join("oslo")
    let (oslo, lease) = (try desk.member("oslo"), try desk.lease("oslo"))
    desk.register = backup
    expect(.notRestored, &desk) { try $0.register.adopt(oslo, lease: lease) }
    desk.register.markRestored(now: desk.now)
    var stolen = desk
    let other = Lease(member: oslo.id, store: oslo.store, level: 1, lane: Lane("0/256"), from: 0)
    #expect(throws: RegisterRefusal.laneTaken(by: try MemberName("pune"))) {
      try stolen.register.adopt(oslo, lease: other)
    }
    try desk.register.adopt(oslo, lease: lease)
    #expect(try desk.report("oslo").verdict.isAlarm == false)
    expect(.nameTaken(try MemberName("oslo")), &desk) { try $0.register.adopt(oslo, lease: lease) }
    try desk.report("pune")
    try desk.register.afterRestore(takesWord: false)
    try desk.join("rome")
    #expect(try desk.lease("rome")?.lane?.description == "2/256")
  }
}

@Suite("A lease that a member reports to a register that was restored")
struct ReportedLeaseTests {
  /// A member whose nonce is of a later generation than the register's.
  private func desk() throws -> RegisterDesk {
    var desk = try RegisterDesk()
    try desk.join("pune")
    try desk.report("pune")
    let backup = desk.register
    _ = try desk.register.relane(try MemberName("pune"), by: .authority, bits: 77, now: desk.now)
    try desk.report("pune")
    desk.register = backup
    return desk
  }

  private func lease(_ desk: RegisterDesk, lane: Lane?) throws -> Lease {
    Lease(member: try desk.id("pune"), store: "pune", level: 1, lane: lane, from: 0)
  }

  @Test("names a lane that is not spent: else it is refused, and nothing changes")
  func refused() throws {
    var desk = try desk()
    try desk.join("oslo")
    _ = try desk.register.revoke(try MemberName("oslo"), by: .authority, now: desk.now)
    let spent = try lease(desk, lane: Lane(index: 1, count: 256))
    expect(.laneTaken(by: try MemberName("oslo")), &desk) { try $0.report("pune", lease: spent) }
    let none = try lease(desk, lane: nil)
    expect(.noLane(try MemberName("pune")), &desk) { try $0.report("pune", lease: none) }
    #expect(desk.register.restoredAt == nil)
    _ = try desk.report("pune", lease: lease(desk, lane: Lane(index: 2, count: 256)))
    #expect(desk.row(1, 2) == .held && desk.register.restoredAt == desk.now)
  }

  @Test("a store that has joined under another name does not join again under its former one")
  func store() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    try desk.report("pune")
    try desk.register.retire(try MemberName("pune"), by: .authority, now: desk.now)
    try desk.finish("pune", greatest: nil)
    let token = try desk.invite("oslo")
    try desk.enroll(token, store: "pune")
    let again = try desk.invite("pune", isAgain: true)
    expect(.storeTaken(by: try MemberName("oslo")), &desk) { try $0.enroll(again, store: "pune") }
  }
}
