// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRFederation
import PRMembership
import PRNode
import PRRevision
import PRStore
import PRWire

extension FuzzTarget {
  /// The bodies of requests about the federation, and of their answers. A body that is written is read as the same one; what is
  /// kept of it lies within its limits; and a member that takes an answer can be written down.
  static let federation = FuzzTarget("federation", length: 4096) { bytes in
    var input = FuzzInput(bytes)
    let body = bodies[input.number(below: bodies.count)]
    try body(String(decoding: input.rest(), as: UTF8.self))
  }

  /// In the order of the first byte of an input.
  private static let bodies: [@Sendable (String) throws -> Void] = [
    { text in try again(EnrollFields.self, text) { try bound($0.relayed) } },
    { text in try again(RenewFields.self, text) { try bound($0.relayed) } },
    { text in try again(ReportFields.self, text, bound) },
    { text in try again(InviteFields.self, text, bound) },
    { text in try again(PageFields.self, text) { try bound($0.relayed) } },
    { text in try again(ChangeFields.self, text) { try bound($0.relayed) } },
    { text in try again(EnrollAnswer.self, text) { _ in } },
    { text in try again(RenewAnswer.self, text) { _ in } },
    { text in try again(ReportAnswer.self, text, bound) },
    { text in try again(InviteAnswer.self, text) { _ in } },
    { text in try again(ChangeAnswer.self, text) { _ in } },
    { text in try again(FederationReport.self, text, bound) },
  ]

  private static func again<Body: Codable & Hashable>(
    _ type: Body.Type, _ text: String, _ check: (Body) throws -> Void
  ) throws {
    guard let body = try? JSONDecoder().decode(type, from: Data(text.utf8)) else { return }
    let written = JSONLine.text(body)
    let again = try JSONDecoder().decode(type, from: Data(written.utf8))
    try require(again == body, "\(body) is written as \(written)")
    try require(!written.contains("\n"), "\(body) is written in more than one line")
    try check(body)
  }

  // MARK: Requests

  private static func bound(_ relayed: Relayed?) throws {
    guard let relayed else { return }
    try require(relayed.origin.utf8.count <= 64, "so much is kept of an address: \(relayed.origin)")
    var limiter = AttemptLimiter()
    _ = limiter.admit(relayed.address, now: .now)
    limiter.forgive(relayed.address)
    try require(limiter.size == (0, 0), "an attempt from \(relayed.address) is not forgiven")
  }

  private static func bound(_ fields: ReportFields) throws {
    try bound(fields.relayed)
    let facts = fields.facts.bounded(from: "2001:db8::1")
    let texts = facts.alarms + [facts.version]
    try require(
      facts.alarms.count <= MemberFacts.maximumAlarms && texts.allSatisfy { $0.utf8.count <= MemberFacts.longest },
      "so much is kept of what a member says of itself: \(facts)")
    try require(facts.page?.utf8.count ?? 0 <= MemberFacts.longest + 64, "a page is long: \(facts)")
    if let lease = fields.reportedLease(of: MemberID(1)) {
      try require(0...Partition.deepest ~= lease.level, "a lease has the level \(lease.level)")
    }
    var nodes = HandMadeNodes()
    nodes.take(fields.handMade, at: now)
    try require(nodes.nodes.count <= HandMadeFields.maximum, "\(nodes.nodes.count) nodes of one report")
    for node in nodes.nodes {
      let isShown = node.address.utf8.allSatisfy { 0x21...0x7E ~= $0 } && node.address.utf8.count <= 64
      let isOfPast = 0...now ~= node.seenAt
      try require(isShown && isOfPast && 1...Partition.deepest ~= node.level, "a node is kept as \(node)")
    }
  }

  private static func bound(_ fields: InviteFields) throws {
    try bound(fields.relayed)
    guard let (offer, _, _) = try? fields.offer(parent: nil) else { return }
    // One more, so that the register refuses them.
    try require(offer.addresses.count <= MemberAddress.maximum + 1, "\(offer.addresses.count) addresses")
  }

  // MARK: Answers

  private static let now: Int64 = 1_800_000_000

  private static func bound(_ answer: ReportAnswer) throws {
    let before = try place.get()
    var after = before
    _ = after.take(answer, own: 7)
    try require(Membership(text: after.text) == after, "a member that has taken \(answer) is written as \(after.text)")
    let (held, given) = (before.nonce.presented.given, after.nonce.presented.given)
    try require(
      (given.generation, given.number) >= (held.generation, held.number), "the nonce has gone back to \(given)")
    let isSameLane = after.lease.lane == before.lease.lane && after.lease.level == before.lease.level
    try require(
      isSameLane ? after.lease.from >= before.lease.from : given.generation > held.generation,
      "the lease has become \(after.lease) with the nonce \(given)")
    try require(after.lease.store == before.lease.store && after.id == before.id, "another store's place: \(after)")
  }

  /// A member that has reported a few times.
  private static let place = Result {
    Membership(
      federation: try FederationName("hq.example"), name: try MemberName("berlin"), id: MemberID(1), kind: .site,
      lease: Lease(member: MemberID(1), store: "store", level: 1, lane: Lane(index: 3, count: 256), from: 100),
      nonce: HeldNonce(given: Nonce(generation: 2, number: 5, bits: 9), own: 7),
      upstream: Membership.Upstream(name: .authority, addresses: []), authority: [])
  }

  private static func bound(_ report: FederationReport) throws {
    guard report.isSound else { return }
    let inOrder = report.inOrder
    try require(inOrder.count == report.members.count, "\(report.members.count) members have \(inOrder.count) places")
    let names = report.members.map(\.name)
    guard Set(names).count == names.count else { return }
    var (page, found) = (report.page(after: nil), [String]())
    while true {
      try require(page.members.count <= FederationReport.pageLength, "a page has \(page.members.count) members")
      found += page.members.map(\.name)
      guard let next = page.next else { break }
      page = report.page(after: next)
    }
    try require(found == names.sorted(), "the pages have \(found), and the report \(names)")
  }
}
