// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@testable import PRFederation

@Suite("The list of members")
struct MemberListTests {
  private func member(_ id: UInt64, _ name: String) throws -> Member {
    Member(
      id: MemberID(id), name: try MemberName(name), addresses: [], kind: .site, parent: nil, level: 1, rights: .read,
      store: "store-\(id)", nonce: nil, invitedBy: nil, invitedAt: 1, joinedAt: 2)
  }

  private func list() throws -> MemberList {
    MemberList([try member(1, "pune"), try member(2, "oslo"), try member(3, "lima")])
  }

  @Test("a copy that is changed leaves the first list as it was, and names the place that differs")
  func change() throws {
    let first = try list()
    var copy = first
    #expect(copy == first)
    #expect(copy.changes(since: first) == [])
    copy[1].seenAt = 77
    #expect(copy.changes(since: first) == [1])
    #expect(first.map(\.seenAt) == [2, 2, 2])
    #expect(copy.map(\.seenAt) == [2, 77, 2])
    #expect(copy != first)
  }

  @Test("a member that is set to what it was is no change")
  func noChange() throws {
    let first = try list()
    var copy = first
    let member = copy[2]
    copy[2] = member
    #expect(copy.changes(since: first) == [])
    #expect(copy == first)
    // Two lists with nothing in common but their values.
    #expect(try list() == first)
    #expect(try list().hashValue == first.hashValue)
  }

  @Test("lists of other members, or of more, are not compared place by place")
  func others() throws {
    let first = try list()
    var longer = first
    longer.append(try member(4, "bonn"))
    #expect(longer.changes(since: first) == nil)
    #expect(longer != first)
    var other = first
    other[0] = try member(9, "pune")
    #expect(other.changes(since: first) == nil)
    #expect(other != first)
    #expect(longer.firstIndex(of: MemberID(4)) == 3)
    #expect(first.firstIndex(of: MemberID(4)) == nil)
    #expect(first.firstIndex(named: try MemberName("oslo")) == 1)
    #expect(first.firstIndex(named: try MemberName("bonn")) == nil)
  }
}
