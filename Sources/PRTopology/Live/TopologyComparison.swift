// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import PRWire

/// Compares a plan with a federation that runs. Frozen nodes report to no authority and are left out.
package struct TopologyComparison {
  private let plan: Topology
  private let nodes: [TopologyNode]
  private let members: [String: FederationReport.Entry]
  private let real: FederationReport
  /// The node that stands for the authority, whatever it is called.
  private let top: TopologyNode?

  /// - Parameter report: of the authority.
  package init(_ plan: Topology, _ report: FederationReport) {
    self.plan = plan
    real = report
    nodes = plan.nodes.filter { $0.role != .frozen }
    members = Dictionary(report.members.map { ($0.name, $0) }) { first, _ in first }
    let tops = nodes.filter(\.upstreams.isEmpty)
    top = tops.first { $0.name.value == MemberName.authority.text } ?? tops.first
  }

  /// In the order of the plan; then those that it does not have.
  package var differences: [TopologyDifference] {
    let planned = Set(nodes.map { member(of: $0.name.value) })
    let unplanned = real.members.filter { $0.isExpected && !planned.contains($0.name) }
    return nodes.flatMap(differences)
      + unplanned.map { TopologyDifference($0.name, .unplanned($0.state, upstream: $0.parent.map(planName))) }
  }

  /// What the register calls a node of the plan.
  private func member(of node: String) -> String { node == top?.name.value ? MemberName.authority.text : node }

  /// What the plan calls a member.
  private func planName(_ member: String) -> String {
    member == MemberName.authority.text ? top?.name.value ?? member : member
  }

  private func differences(of node: TopologyNode) -> [TopologyDifference] {
    let name = node.name.value
    let isTop = name == top?.name.value
    guard let member = members[self.member(of: name)] else {
      guard !isTop else { return [] }  // a report of the authority has it
      if node.upstreams.isEmpty, !isCompanion(node) {
        return [TopologyDifference(name, .secondTop(authority: planName(MemberName.authority.text)))]
      }
      return [TopologyDifference(name, .missing(upstream: node.upstreams.first.map(upstreamName)))]
    }
    var causes: [TopologyDifference.Cause] = []
    switch member.state {
    case .joined, .above: break
    case .invited: causes.append(.invited)
    case .absent, .stopped, .retiring, .retired, .revoked: causes.append(.state(member.state))
    }
    // Its place is not what it was: a member that has left stands nowhere.
    guard member.state != .retired, member.state != .revoked else { return causes.map { TopologyDifference(name, $0) } }
    if !isTop {
      causes += [role(node, member), upstream(node, member)].compactMap(\.self)
      causes += [level(node, member), lane(node, member)].compactMap(\.self)
    }
    causes += [address(node, member)].compactMap(\.self)
    return causes.map { TopologyDifference(name, $0) }
  }

  /// It shares the database of the authority.
  private func isCompanion(_ node: TopologyNode) -> Bool {
    let number = { (name: String) in plan.nodes.firstIndex { $0.name.value == name } }
    guard let top, let first = number(top.name.value), let other = number(node.name.value) else { return false }
    return plan.authorities.contains { $0.nodes.contains(first) && $0.nodes.contains(other) }
  }

  private func role(_ node: TopologyNode, _ member: FederationReport.Entry) -> TopologyDifference.Cause? {
    let planned = isCompanion(node) ? "machine of the authority" : node.role == .mirror ? "mirror" : "site"
    let real = member.kind == .machine ? "machine of the authority" : member.kind.rawValue
    return planned == real ? nil : .role(planned: planned, real: real)
  }

  private func upstreamName(_ link: TopologyNode.UpstreamLink) -> String {
    link.node ?? link.endpoint.map { "\($0)" } ?? ""
  }

  private func upstream(_ node: TopologyNode, _ member: FederationReport.Entry) -> TopologyDifference.Cause? {
    guard !isCompanion(node), let real = member.parent.map(planName) else { return nil }
    let planned = node.upstreams.map(upstreamName)
    // A machine of the authority stands for all of them.
    let isAuthority = member.parent == MemberName.authority.text
    let fits = planned.contains(real) || isAuthority && planned.contains { plan[$0].map(isCompanion) ?? false }
    return fits ? nil : .upstream(planned: planned.first ?? "no other", real: real)
  }

  /// A mirror has the level of what it mirrors, and adds none. A node elsewhere in the tree has another level for that.
  private func level(_ node: TopologyNode, _ member: FederationReport.Entry) -> TopologyDifference.Cause? {
    guard node.role == .node, member.kind == .site, upstream(node, member) == nil, let real = member.level,
      real != node.level
    else { return nil }
    let isAbove = node.upstreams.contains { link in
      guard let above = link.node.flatMap({ plan[$0] }), let other = members[self.member(of: above.name.value)] else {
        return false
      }
      return other.level != above.level
    }
    return isAbove ? nil : .level(planned: node.level, real: real)
  }

  /// The file of a managed federation names none.
  private func lane(_ node: TopologyNode, _ member: FederationReport.Entry) -> TopologyDifference.Cause? {
    guard node.hasLane, member.state != .invited, let planned = node.located(\.lane)?.value else { return nil }
    guard member.lane != planned.description else { return nil }
    return .lane(planned: planned.description, real: member.lane ?? "none")
  }

  /// All addresses that the register has are to be in the plan. What else a node listens at, for builders, the register does not
  /// say.
  private func address(_ node: TopologyNode, _ member: FederationReport.Entry) -> TopologyDifference.Cause? {
    let isTop = node.name.value == top?.name.value
    // The addresses of all machines of the authority stand with it.
    guard isTop || !isCompanion(node) else { return nil }
    let machines = isTop ? nodes.filter { $0.name.value == node.name.value || isCompanion($0) } : [node]
    let planned = machines.flatMap { machine in
      machine.endpoints.filter { $0.isTLS && $0.port != 0 }.map { (endpoint: $0, host: machine.host?.value) }
    }
    let hasBelow = nodes.contains { other in other.upstreams.contains { $0.node == node.name.value } }
    let unknown = member.addresses.compactMap { MemberAddress($0) }.filter { address in
      !planned.contains { Self.fits($0.endpoint, address, host: $0.host) }
    }
    guard !unknown.isEmpty || hasBelow && member.addresses.isEmpty else { return nil }
    return .address(planned: planned.map { "\($0.endpoint)" }, real: member.addresses)
  }

  /// Whether a listener of the plan is at an address of the register.
  private static func fits(_ endpoint: Endpoint, _ address: MemberAddress, host: String?) -> Bool {
    guard endpoint.port == Int(clamping: address.port) else { return false }
    guard endpoint.isWildcard else {
      let isLocal = endpoint.isLoopback && LoopbackHost.contains(address.host)
      return isLocal || endpoint.host?.lowercased() == address.host
    }
    return host.map { $0.lowercased() == address.host } ?? true
  }
}

extension FederationReport.Entry {
  /// A plan is to have it.
  fileprivate var isExpected: Bool { state == .invited || isPart }
}
