// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRNode
import PRRevision
import PRServer
import PRStore
import PRWire
import TestThreads
import Testing

@testable import PRMembership

@Suite("Lanes that were set by hand, at the authority", .ownThreads, .untilHung)
struct HandMadeTests {
  private func refusal(_ store: String, _ lane: String, set: String) throws -> RegisterRefusal {
    .lane(.handMade(store: store, lane: try #require(Lane(lane)), set: Lane(set)))
  }

  @Test("are on record for commands and for later processes, and repeats within a day write nothing")
  func recorded() async throws {
    let desk = try await Desk()
    await desk.authority.look()
    _ = try await desk.join("pune")
    desk.authority.introduced(handMade: "s", .only, at: "10.0.0.7")
    await desk.authority.look()
    let register = try await desk.register()
    #expect(register.handMade.map(\.lane.store) == ["s"] && register.handMade.map(\.address) == ["10.0.0.7"])
    let refusal = FederationFailure.refused(try refusal("s", "0/1", set: "1/256"))
    await #expect(throws: refusal) { try await desk.invite("oslo") }
    await #expect(throws: NodeError.self) { try await desk.command(.relane(memberName("pune"))) }
    for _ in 0..<10 {
      desk.time.pass(1000)
      desk.authority.introduced(handMade: "s", .only, at: "10.0.0.7")
      await desk.authority.look()
    }
    #expect(try await desk.register().version == register.version)
    desk.time.pass(86_400)
    desk.authority.introduced(handMade: "s", .only, at: "10.0.0.7")
    await desk.authority.look()
    #expect(try await desk.register().handMade.map(\.seenAt) == [desk.now])
  }

  @Test("count for a join that comes in the same moment, before they are on record")
  func atOnce() async throws {
    let desk = try await Desk()
    let token = try await desk.invite("pune")
    desk.authority.introduced(handMade: "s", .only, at: "10.0.0.7")
    let outcome = await desk.ask(try Joiner(token).enroll, from: .stranger)
    #expect(outcome.refusal == (try refusal("s", "0/1", set: "0/256")).description)
    #expect(outcome.refusal?.contains("--lane 0/256") == true && outcome.refusal?.contains("forget-lane s") == true)
  }

  @Test("of a report are on record with the address and the time that the member has of them")
  func reported() async throws {
    let tree = try await Tree()
    var fields = tree.pune.report
    let now = tree.desk.now
    fields.handMade = [
      HandMadeFields(store: "a", lane: "3/256", level: 2, address: "10.1.1.1", seenAt: now - 500),
      HandMadeFields(store: "b", lane: "4/256", level: 2),
      HandMadeFields(store: "c", lane: "4/256", level: 2, address: "two\nlines", seenAt: now + 1_000_000),
    ]
    let _: ReportAnswer = try await tree.desk.get(fields.request(.report), from: tree.pune.peer)
    await tree.desk.authority.look()
    let found = try await tree.desk.register().handMade.sorted { $0.lane.store < $1.lane.store }
    #expect(found.map(\.address) == ["10.1.1.1", "", ""] && found.map(\.seenAt) == [now - 500, now, now])
  }

  @Test("that overlap with a member's are an alarm that says which lane to set, until the store is forgotten")
  func alarm() async throws {
    let tree = try await Tree()
    await tree.desk.authority.look()
    tree.desk.authority.introduced(handMade: "s", try #require(Lane("0/256")), at: "10.0.0.7")
    await tree.desk.authority.look()
    let alarm = try #require(tree.desk.alarms.all.all.first)
    #expect(alarm.cause == "hand-made-lane:s" && alarm.text.contains("pune") && alarm.text.contains("10.0.0.7"))
    #expect(alarm.advice.contains("--lane 2/256") && alarm.advice.contains("forget-lane s"))
    _ = try await tree.desk.store.changeFederation { register throws(FederationFailure) in
      try register.forgetHandMade("s")
    }
    await tree.desk.authority.look()
    #expect(tree.desk.alarms.all.all.isEmpty)
    _ = try await tree.desk.invite("rome")
  }
}

@Suite("Nodes with lanes set by hand that were seen")
struct HandMadeNodesTests {
  @Test("of a client that makes up stores leave those of other addresses where they are, and are all reported in turn")
  func flood() throws {
    var nodes = HandMadeNodes()
    let lane = try #require(Lane("3/256"))
    func see(_ store: String, _ address: String) { nodes.take(store, lane, level: 1, from: address, at: 7) }
    for number in 0..<500 { see("before-\(number)", "10.0.0.66") }
    see("honest", "10.0.0.7")
    for number in 0..<500 { see("after-\(number)", "10.0.0.66") }
    #expect(nodes.nodes.count == Register.maximumHandMadeOfAddress + 1)
    #expect(nodes.nodes.first?.lane.store == "honest" && nodes.nodes.last?.lane.store == "after-499")
    let reported = Set((0..<2).flatMap { _ in nodes.nextFields().map(\.store) })
    #expect(reported == Set(nodes.nodes.map(\.lane.store)), "two reports have all 17")
    for number in 0..<200 { see("of-\(number)", "10.1.0.\(number % 40)") }
    #expect(nodes.nodes.count == Register.maximumHandMade)
    #expect(nodes.nodes.contains { $0.lane.store == "honest" })
    let all = Set((0..<7).flatMap { _ in nodes.nextFields().map(\.store) })
    #expect(all == Set(nodes.nodes.map(\.lane.store)))
  }
}

@Suite("Members as a node above sees them")
struct MemberSightingTests {
  @Test("an absence, and a certificate that was not renewed, are alarms that end with their cause")
  func alarms() throws {
    let alarms = AlarmBoard()
    let day: Int64 = 86_400
    func note(_ now: Int64, seenAt: Int64 = 0, expires: Int64, lifetime: Int64 = 90 * 86_400) -> [String] {
      let member = MemberSighting(
        name: "pune", seenAt: seenAt, certificate: .init(expires: expires, lifetime: lifetime))
      alarms.note([member], at: now, ifGone: { "shut \($0) out" })
      return alarms.all.all.map(\.cause).sorted()
    }
    #expect(note(3599, expires: 90 * day) == [])
    #expect(note(3600, expires: 90 * day) == ["member-absent:pune"])
    #expect(alarms.all.all.first?.advice.contains("shut pune out") == true)
    // Renewed when 30 days are left: a quarter of the lifetime is too late.
    #expect(note(68 * day, seenAt: 68 * day, expires: 90 * day) == ["member-certificate:pune"])
    #expect(note(67 * day, seenAt: 67 * day, expires: 90 * day) == [])
    #expect(note(9, seenAt: 9, expires: 12, lifetime: 12) == [])
    #expect(note(10, seenAt: 10, expires: 12, lifetime: 12) == ["member-certificate:pune"])
    alarms.note([], at: 20, ifGone: { $0 })
    #expect(alarms.all.all.isEmpty)
  }
}
