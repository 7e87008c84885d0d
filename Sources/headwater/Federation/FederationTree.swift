// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRFederation
import PRMembership
import PRRevision

/// A federation as text, as far as a node has it.
struct FederationTree {
  let report: FederationReport

  var text: String {
    let trees = report.trees
    let heads = trees.filter { $0.member.kind == .authority }
    let reached = report.addresses.isEmpty ? "" : " at \(report.addresses.joined(separator: ", "))"
    var lines =
      ["\(report.name)  authority\(reached)\(report.isWhole ? "" : note)"]
      + branches(heads.flatMap(\.branches) + trees.filter { $0.member.kind != .authority }, indent: "")
    lines += (report.handMade ?? []).map { node in
      let place = node.address.isEmpty ? "" : "  at \(node.address)"
      return "store \(node.store)  level \(node.level)  lane \(node.lane), set by hand\(place)  "
        + "seen \(Self.time(node.seenAt))\(node.isForgotten ? "  forgotten" : "")"
    }
    if let change = report.rekeying {
      let phase =
        change.phase == .announced
        ? "members get the next key of the authority" : "the authority signs with its next key"
      let wait = change.wait.isOver ? "" : ": waits for \(change.wait)"
      lines.append("\(phase), since \(Self.time(change.since))\(wait)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A member has no more than its own part of the tree.
  private var note: String { report.here.map { "  (as \($0.name) sees it)" } ?? "" }

  private func branches(_ branches: [FederationReport.Branch], indent: String) -> [String] {
    branches.enumerated().flatMap { index, branch in
      let isLast = index == branches.count - 1
      return ["\(indent)\(isLast ? "└─ " : "├─ ")\(Self.line(branch.member))"]
        + self.branches(branch.branches, indent: indent + (isLast ? "   " : "│  "))
    }
  }

  private static func line(_ member: FederationReport.Entry) -> String {
    let invited = member.invitedUntil.map { "until \(time($0))" }
    guard member.state != .invited else { return "\(member.name)  invited \(invited ?? "")" }
    let isActive = member.state != .retired && member.state != .revoked
    var words = [member.name]
    if let level = member.level { words.append("level \(level)") }
    if member.state != .above {
      words.append(member.lane.map { "lane \($0)" } ?? (member.kind == .site ? "no lane" : member.kind.rawValue))
    } else if member.kind != .site {
      words.append(member.kind.rawValue)
    }
    switch member.state {
    case .joined, .above, .invited: break
    case .absent: words.append("not seen for an hour")
    case .stopped: words.append("cloned or restored: mints nothing")
    case .retiring, .retired, .revoked: words.append(member.state.rawValue)
    }
    if let seen = member.seenAt { words.append("\(isActive ? "" : "last ")seen \(time(seen))") }
    if let expires = member.certificateExpires, isActive { words.append("certificate until \(time(expires))") }
    if let invited { words.append("invited again \(invited)") }
    return words.joined(separator: "  ")
  }

  private static func time(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).ISO8601Format()
  }
}

extension Membership {
  /// For a person, on one line.
  var summary: String {
    let lane = lease.lane.map { "lane \($0)" } ?? "mints nothing"
    let stop = nonce.stop.map { "; \($0)" } ?? ""
    return "\(name) is a member of \(federation), below \(upstream.name): level \(lease.level), \(lane)\(stop)"
  }
}
