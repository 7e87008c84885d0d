// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRNode
import PRRevision
import PRStore
import PRSync
import PRUpstream
import PRWire

/// What does not change while a node runs, and whom to ask for what does.
package struct NodeFacts: Sendable {
  /// The node's name; nil if none was given.
  package var name: String?
  package var node: Node
  package var board: CounterRegistry
  /// Nil where none is ever asked.
  package var upstream: Upstream?
  /// Nil where nothing is copied.
  package var synchronizer: Synchronizer?
  package var isFrozen: Bool
  package var version: String
  /// When the process began, in milliseconds since 1970.
  package var startedAt: Int64
  /// Milliseconds since 1970.
  package var clock: @Sendable () -> Int64
  /// The certificates that the node shows now.
  package var certificates: @Sendable () -> [StatusReport.CertificatePart] = { [] }

  /// The federation that the node is part of.
  package var federation: @Sendable () -> FederationReport? = { nil }

  package init(
    name: String?, node: Node, board: CounterRegistry, upstream: Upstream?, synchronizer: Synchronizer?, isFrozen: Bool,
    version: String, startedAt: Int64, clock: @escaping @Sendable () -> Int64
  ) {
    self.name = name
    self.node = node
    self.board = board
    self.upstream = upstream
    self.synchronizer = synchronizer
    self.isFrozen = isFrozen
    self.version = version
    self.startedAt = startedAt
    self.clock = clock
  }

  var role: StatusReport.Role {
    if isFrozen { return .frozen }
    if node.policy.isMirror { return .mirror }
    if node.isReadOnly { return .reader }
    return node.level == 0 ? .root : .node
  }

  /// Of the node's part, what is the same every time.
  func part(countedSince: Int64, now: Int64) -> StatusReport.NodePart {
    var part = StatusReport.NodePart()
    part.name = name
    part.version = version
    part.role = role
    part.level = node.level
    switch node.policy.numbering {
    case .bitbake: part.numbering = "bitbake"
    case .partitioned(let partition):
      part.numbering = "partitioned"
      part.lacksLane = node.policy.lacksLane
      part.lane = partition.lane == .only && !part.lacksLane ? nil : "\(partition.lane)"
    }
    part.store = node.store.identity
    part.policy = policy
    part.startedAt = startedAt
    part.countedSince = countedSince
    part.at = now
    part.uptimeSeconds = max(now - startedAt, 0) / 1000
    let process = ProcessFigures.now
    part.residentBytes = process.residentBytes
    part.cpuSeconds = process.cpuSeconds
    return part
  }

  private var policy: String {
    let policy = node.policy
    if node.isReadOnly {
      return "stores nothing; a tuple without a value is \(policy.onMiss == .refuse ? "refused" : "predicted")"
    }
    guard upstream != nil || policy.upstreamAway == .offline else { return "stands alone" }
    switch policy.upstreamAway {
    case .strict: return "strict: refuses what is new while no upstream answers"
    case .fallback: return "fallback: allocates from its own data while no upstream answers"
    case .offline: return "offline: asks no upstream"
    }
  }
}
