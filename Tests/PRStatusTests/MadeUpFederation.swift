// SPDX-License-Identifier: Apache-2.0
import PRFederation

@testable import PRStatus

/// A node's page with a federation of so many nodes, as the authority of it would show it: several levels, and each state once at
/// least where there are enough of them.
enum MadeUpFederation {
  static let sizes = [1, 6, 200]

  /// In seconds since 1970.
  private static let now: Int64 = 1_795_215_533

  static func page(of count: Int) -> StatusPage {
    var snapshot = StatusReport()
    snapshot.node.name = "headquarters"
    snapshot.node.version = "0.1.0"
    snapshot.node.at = now * 1000
    snapshot.readiness.isReady = true
    snapshot.path = StatusReport.path(level: 0, upstreams: [])
    snapshot.federation = report(of: count)
    return StatusPage(report: snapshot, nonce: "NONCE")
  }

  static func report(of count: Int) -> FederationReport {
    var top = FederationReport.Entry(name: "authority", parent: nil, kind: .authority, state: .joined)
    (top.isHere, top.level, top.version) = (true, 0, "0.1.0")
    var members = [top]
    for index in 1..<max(count, 1) {
      // Six right below the authority; then each has some below itself.
      let parent = index <= 6 ? top : members[(index - 1) / 4]
      var entry = FederationReport.Entry(
        name: name(index), parent: parent.name, kind: index % 9 == 5 ? .mirror : .site, state: state(index))
      entry.level = (parent.level ?? 0) + (entry.kind == .mirror ? 0 : 1)
      members.append(filled(entry, index))
    }
    return FederationReport(name: "hq.example", addresses: ["hq.example:8586"], lanes: 256, members: members)
  }

  private static func filled(_ entry: FederationReport.Entry, _ index: Int) -> FederationReport.Entry {
    var entry = entry
    if entry.kind == .site, entry.state != .retired, entry.state != .revoked { entry.lane = "\(index)/256" }
    guard entry.state != .invited else {
      (entry.level, entry.lane) = (nil, nil)
      return entry
    }
    entry.seenAt = now - Int64(entry.state == .absent ? 9000 + index : index % 30)
    guard entry.state != .retired, entry.state != .revoked else { return entry }
    entry.version = index % 17 == 4 ? "0.0.9" : "0.1.0"
    (entry.copyLagSeconds, entry.requestsPerSecond) = (Int64(index % 50), Double(index) * 3.7)
    entry.hitRatio = 1 - Double(index % 11) / 100
    if index % 3 == 0 { entry.page = "http://node\(index).example:9585/" }
    if index % 13 == 6 { entry.alarms = ["clock-differs:tls://hq.example:8586", "certificate-expires-soon:node.pem"] }
    return entry
  }

  private static let towns = [
    "pune", "oslo", "toronto", "kernel.pune", "releases", "delhi", "graphics.toronto", "sao-paulo", "connectivity.oslo",
    "a-site-with-a-name-of-sixty-four-bytes-which-is-the-longest-here",
  ]

  private static func name(_ index: Int) -> String {
    let town = towns[(index - 1) % towns.count]
    return index <= towns.count ? town : "\(town.prefix(56))-\(index)"
  }

  private static func state(_ index: Int) -> FederationReport.State {
    switch index {
    case 3: .absent
    case 11: .stopped
    case 12: .retiring
    // Without members below, as the authority demands.
    case 196: .invited
    case 197: .retired
    case 198: .revoked
    default: index % 29 == 7 ? .absent : .joined
    }
  }
}
