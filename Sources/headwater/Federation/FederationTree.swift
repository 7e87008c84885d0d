// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRFederation
import PRMembership
import PRRevision

/// A federation as the register has it, as text.
struct FederationTree {
  private let register: Register
  private let now: Int64

  init(_ register: Register, at now: Int64) {
    self.register = register
    self.now = now
  }

  var text: String {
    var lines = [
      "\(register.federation)  authority at \(register.addresses.map(\.description).joined(separator: ", "))"
    ]
    lines += branch(below: nil, indent: "")
    for invitation in register.invitations where invitation.state == .open && now < invitation.expires {
      let place = invitation.offer.parent.flatMap(register.member)?.name.text ?? "the authority"
      lines.append("\(invitation.offer.name)  invited below \(place), until \(Self.time(invitation.expires))")
    }
    lines += register.handMade.map { node in
      let place = node.address.isEmpty ? "" : "  at \(node.address)"
      return "store \(node.lane.store)  level \(node.level)  lane \(node.lane.lane), set by hand\(place)  "
        + "seen \(Self.time(node.seenAt))\(node.isForgotten ? "  forgotten" : "")"
    }
    if let change = register.rekeying, let wait = register.rekeyingWait(now: now) {
      let phase =
        change.phase == .announced
        ? "members get the next key of the authority" : "the authority signs with its next key"
      lines.append("\(phase), since \(Self.time(change.since))\(wait.isOver ? "" : ": waits for \(wait)")")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func branch(below parent: MemberID?, indent: String) -> [String] {
    let members = register.members.filter { $0.parent == parent }.sorted { $0.name < $1.name }
    return members.enumerated().flatMap { index, member in
      let isLast = index == members.count - 1
      return ["\(indent)\(isLast ? "└─ " : "├─ ")\(line(member))"]
        + branch(below: member.id, indent: indent + (isLast ? "   " : "│  "))
    }
  }

  private func line(_ member: Member) -> String {
    var words = [member.name.text, "level \(member.level)"]
    let lease = register.lease(of: member.id)
    words.append(lease?.lane.map { "lane \($0)" } ?? (member.kind == .site ? "no lane" : member.kind.rawValue))
    if member.state != .joined { words.append(member.state.rawValue) }
    if member.nonce?.stop != nil { words.append("cloned or restored: mints nothing") }
    words.append(member.isActive ? "seen \(Self.time(member.seenAt))" : "last seen \(Self.time(member.seenAt))")
    if let certificate = member.certificate, member.isActive {
      words.append("certificate until \(Self.time(certificate.expires))")
    }
    return words.joined(separator: "  ")
  }

  private static func time(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).ISO8601Format()
  }

  var json: String { FederationReport(register, at: now).text + "\n" }
}

extension Membership {
  /// What others may see of it, in the shape of the register's.
  var report: String {
    FederationReport(self).text
  }

  /// For a person, on one line.
  var summary: String {
    let lane = lease.lane.map { "lane \($0)" } ?? "mints nothing"
    let stop = nonce.stop.map { "; \($0)" } ?? ""
    return "\(name) is a member of \(federation), below \(upstream.name): level \(lease.level), \(lane)\(stop)"
  }
}
