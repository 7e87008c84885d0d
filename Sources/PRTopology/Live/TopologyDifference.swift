// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision

/// Where a plan and the federation that runs are not the same: one thing about one node.
package struct TopologyDifference: Hashable, Sendable {
  /// The node's name in the plan, or the member's where the plan has no such node.
  package let node: String
  package let cause: Cause

  package enum Cause: Hashable, Sendable {
    /// The plan has it, the federation has not.
    case missing(upstream: String?)
    /// It was invited and has not joined.
    case invited
    /// It is a member, and is not in order.
    case state(FederationReport.State)
    /// The federation has it, the plan has not.
    case unplanned(FederationReport.State, upstream: String?)
    /// The plan has another node without an upstream.
    case secondTop(authority: String)
    case upstream(planned: String, real: String)
    case role(planned: String, real: String)
    case level(planned: Int, real: Int)
    case lane(planned: String, real: String)
    /// Where members below reach it. Nil: nowhere.
    case address(planned: [String], real: [String])
  }

  package init(_ node: String, _ cause: Cause) {
    self.node = node
    self.cause = cause
  }
}

extension TopologyDifference: CustomStringConvertible {
  package var description: String {
    switch cause {
    case .missing(let upstream):
      "\(node): the plan has it\(Self.below(upstream)), and the federation has no member of that name"
    case .invited: "\(node): it is invited, and has not joined"
    case .state(let state): "\(node): \(Self.words(state))"
    case .unplanned(.invited, let upstream):
      "\(node): it is invited\(Self.below(upstream)), and the plan has no such node"
    case .unplanned(_, let upstream): "\(node): it is a member\(Self.below(upstream)), and the plan has no such node"
    case .secondTop(let authority):
      "\(node): the plan gives it no upstream, and the authority of the federation is \(authority)"
    case .upstream(let planned, let real): "\(node): the plan has it below \(planned), and it is below \(real)"
    case .role(let planned, let real): "\(node): the plan has a \(planned), and it is a \(real)"
    case .level(let planned, let real): "\(node): the plan has it at level \(planned), and its lease says \(real)"
    case .lane(let planned, let real): "\(node): the plan gives it the lane \(planned), and it mints in \(real)"
    case .address(let planned, let real):
      "\(node): the plan has \(Self.list(planned)), and members reach it at \(Self.list(real))"
    }
  }

  /// One word, for programs.
  package var kind: String {
    switch cause {
    case .missing: "missing"
    case .invited: "invited"
    case .state(let state): state.rawValue
    case .unplanned: "unplanned"
    case .secondTop: "authority"
    case .upstream: "upstream"
    case .role: "role"
    case .level: "level"
    case .lane: "lane"
    case .address: "address"
    }
  }

  private static func below(_ upstream: String?) -> String { upstream.map { " below \($0)" } ?? "" }

  private static func list(_ addresses: [String]) -> String {
    addresses.isEmpty ? "no address of TLS" : addresses.joined(separator: ", ")
  }

  private static func words(_ state: FederationReport.State) -> String {
    switch state {
    case .absent: "it has not reported for an hour"
    case .stopped: "its database was cloned or restored, and it mints nothing"
    case .retiring: "it is retiring, and mints nothing more"
    case .retired: "it has retired"
    case .revoked: "it is revoked"
    case .joined, .above, .invited: "it is \(state.rawValue)"
    }
  }
}
