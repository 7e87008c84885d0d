// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRWire

/// A federation that runs, as a topology file. Its nodes stand in the order in which the authority would give their lanes.
package struct TopologyText: Sendable {
  private let report: FederationReport
  private let comments: [String]

  /// - Parameters:
  ///   - report: of the authority.
  ///   - comments: the first lines of the file.
  package init(_ report: FederationReport, comments: [String] = []) {
    self.report = report
    self.comments = comments
  }

  package var text: String {
    let nodes = report.members.filter(\.isNode).sorted { $0.rank < $1.rank }
    let left = report.members.filter { !$0.isNode }.map { "# \($0.name): \($0.whyLeftOut)" }
    let head = comments.map { "# \($0)\n" }.joined()
    return head + "title: \(Self.quoted(report.name))\nfederation: managed\n\nnodes:\n"
      + nodes.map(text).joined(separator: "\n")
      + (left.isEmpty ? "" : "\n# Not among the nodes:\n" + left.joined(separator: "\n") + "\n")
  }

  private func text(_ member: FederationReport.Entry) -> String {
    let addresses = member.addresses.compactMap { MemberAddress($0) }
    var lines = ["  \(member.name):"]
    if !member.place.isEmpty { lines.append("    description: \(member.place)") }
    if let host = addresses.first(where: { !LoopbackHost.contains($0.host) })?.host {
      lines.append("    host: \(Self.quoted(host))")
    }
    if member.kind == .mirror { lines.append("    role: mirror") }
    if let parent = member.parent { lines.append("    upstream: \(Self.quoted(parent))") }
    let listeners = addresses.map { "'\(Self.endpoint($0))'" }
    lines.append("    listen: [\((listeners + [Self.forBuilders]).joined(separator: ", "))]")
    return lines.joined(separator: "\n") + "\n"
  }

  /// A port by chance: the register has the addresses at which members reach each other, and no others.
  private static let forBuilders = "'tcp://127.0.0.1:0'"

  private static func endpoint(_ address: MemberAddress) -> Endpoint {
    .tls(host: address.host, port: Int(clamping: address.port))
  }

  /// An address of IPv6 has colons, and one word is nothing in YAML.
  private static func quoted(_ text: String) -> String { text.contains(":") || text == "null" ? "'\(text)'" : text }
}

extension FederationReport.Entry {
  /// A machine of the authority shares its database, and the file has one node for all of them.
  fileprivate var isNode: Bool { isPart && kind != .machine }

  /// It has joined and has not left.
  var isPart: Bool {
    switch state {
    case .joined, .absent, .stopped, .retiring, .above: true
    case .retired, .revoked, .invited: false
    }
  }

  fileprivate var whyLeftOut: String {
    switch state {
    case .retired, .revoked, .invited: state.rawValue
    case .joined, .absent, .stopped, .retiring, .above: "a machine of the authority"
    }
  }

  /// What the lease says; for a mirror its level says nothing that the tree does not.
  fileprivate var place: String {
    guard kind == .site, let level else { return "" }
    return "level \(level)" + (lane.map { ", lane \($0)" } ?? ", no lane")
  }

  /// The authority first, mirrors last: a lane of a level is given by the order of its nodes.
  fileprivate var rank: (Int, Int, UInt64, String) {
    let index = lane.flatMap { $0.split(separator: "/").first }.flatMap { UInt64($0) }
    return (kind == .authority ? 0 : kind == .mirror ? 2 : 1, level ?? 0, index ?? .max, name)
  }
}
