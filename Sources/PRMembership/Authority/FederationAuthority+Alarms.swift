// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRNode

extension FederationAuthority {
  /// - Parameter direct: the member whose connection the report came over.
  func note(_ facts: MemberFacts, of member: Member, over direct: MemberName) {
    state.withLock { $0.facts[member.id] = facts }
    let family = "\(Self.memberFamily)\(member.name):"
    let passed = Set(facts.alarms.filter(Self.isPassedUp))
    part.alarms.keepOnly(passed.map { family + $0 }, of: family)
    guard !passed.isEmpty else { return }
    let standing = Set(part.alarms.all.all.map(\.cause))
    for alarm in passed.sorted() {
      let cause = family + alarm
      // What is left out now is raised by a later report.
      guard standing.contains(cause) || admitAlarm(over: direct) else { continue }
      part.alarms.raise(
        cause, "the member \(member.name) has the alarm \(alarm)",
        advice: "'headwater status' there says more, and what to do", origin: direct.text)
    }
  }

  private func admitAlarm(over direct: MemberName) -> Bool {
    state.withLock { $0.reportedAlarms.admit(direct.text, now: part.environment.instant()) }
  }

  /// So many alarms a minute are raised by what comes over the connections of one member: each is a line of the log, and so is its end.
  static let maximumNewAlarms = 32

  /// Alarms of members that the authority's operator is to see too: a whole name, or a family with what it is about.
  private static func isPassedUp(_ alarm: String) -> Bool {
    passedUp.contains(alarm) || passedUpFamilies.contains { alarm.hasPrefix($0) }
  }

  private static let passedUp: Set = [
    "lanes-overlap", "level-differs", "level-loop", "question-loop", "copy-failing", "minted-without-upstream",
    "revocations-old",
  ]

  private static let passedUpFamilies = ["clock-differs:", "protocol-differs:", "certificate-"]

  func noteRestore(_ register: Register) {
    guard let since = register.restoredAt else { return part.alarms.end(Self.restoredAlarm) }
    part.alarms.raise(
      Self.restoredAlarm, "the register went back, as a restored backup does: it gives no lane",
      advice: "when all members have reported, run 'headwater federation after-restore'", since: since * 1000)
  }

  static let restoredAlarm = "register-restored"

  static let signingAlarm = "federation-signing"
  static let memberFamily = "member-alarm:"

  /// Members that have not reported for an hour, and those whose certificate is about to expire.
  func noteMembers(_ register: Register, _ now: Int64) {
    let active = Set(register.members.filter { $0.state == .joined }.map(\.name.text))
    for alarm in part.alarms.all.all.map(\.cause) where alarm.hasPrefix(Self.memberFamily) {
      let name = alarm.dropFirst(Self.memberFamily.count).prefix { $0 != ":" }
      if !active.contains(String(name)) { part.alarms.end(alarm) }
    }
    let reporting = register.members.filter { $0.isActive && $0.reports }
    let sightings = reporting.map { member in
      MemberSighting(
        name: member.name.text, isMachine: member.kind == .machine, seenAt: member.seenAt,
        certificate: member.certificate.map { .init(expires: $0.expires, lifetime: register.certificateLifetime) })
    }
    part.alarms.note(
      sightings, at: now, ifGone: { "if it is gone for good, run 'headwater federation revoke \($0)'" })
  }

  /// Lanes that were set by hand and overlap with those of members.
  func noteHandMade(_ register: Register) {
    let overlaps = register.handMadeOverlaps
    part.alarms.keepOnly(overlaps.map { Self.handMadeFamily + $0.node.lane.store }, of: Self.handMadeFamily)
    for overlap in overlaps {
      let (store, node) = (overlap.node.lane.store, overlap.node)
      let place = node.address.isEmpty ? "" : " of \(node.address)"
      part.alarms.raise(
        Self.handMadeFamily + store,
        "the store \(store)\(place) mints at level \(node.level) in the lane \(node.lane.lane), which was set by hand and overlaps "
          + "with the lane \(overlap.lane) of \(overlap.member): both may give one number to two contents",
        advice: (overlap.free.map { "start it with '--lane \($0)', or have it join" } ?? "stop it, or have it join")
          + "; if it is gone, run 'headwater federation forget-lane \(store)'", origin: node.address,
        since: node.seenAt * 1000)
    }
  }

  private static let handMadeFamily = "hand-made-lane:"

  /// The certificate with the authority's key expires in half a year.
  func noteEnd(_ end: Int64, _ now: Int64) {
    guard end - now < Self.endNotice else { return part.alarms.end(Self.endAlarm) }
    part.alarms.raise(
      Self.endAlarm, "the certificate of the authority's key is about to expire, and those of all members with it",
      advice: "run 'headwater federation rekey' soon: all members have to report before")
  }

  private static let endAlarm = "authority-expires"
  /// In seconds: half a year.
  private static let endNotice: Int64 = 182 * 86_400
}
