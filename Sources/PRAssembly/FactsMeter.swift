// SPDX-License-Identifier: Apache-2.0
import PRMembership
import PRNode
import PRStatus
import PRSync
import Synchronization

/// What a node says of itself to its upstream, with what it has counted since it did so last.
package final class FactsMeter: Sendable {
  private let node: Node
  private let board: CounterRegistry
  private let certificates: CertificateWatch
  private let synchronizer: Synchronizer?
  private let page: String?
  private let now: @Sendable () -> ContinuousClock.Instant
  private let last = Mutex<(requests: Int, at: ContinuousClock.Instant)?>(nil)

  /// - Parameters:
  ///   - page: where the node's status page is.
  ///   - now: a clock that is never set.
  package init(
    _ node: Node, _ board: CounterRegistry, _ certificates: CertificateWatch, _ synchronizer: Synchronizer?,
    page: StatusAddress?, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.now = now
    self.node = node
    self.board = board
    self.certificates = certificates
    self.synchronizer = synchronizer
    self.page = page.map { page in
      let isWildcard = page.host == "0.0.0.0" || page.host == "::"
      return isWildcard ? "http://*:\(page.port)" : page.description
    }
  }

  package func facts() async -> MemberFacts {
    var facts = MemberFacts(version: headwaterVersion, time: node.now / 1000)
    let (counters, log, now) = (await board.total, node.decisions, now())
    let before = last.withLock { last in
      defer { last = (counters.requests, now) }
      return last
    }
    if let before, now - before.at > .zero {
      facts.requestsPerSecond = Double(max(counters.requests - before.requests, 0)) / ((now - before.at) / .seconds(1))
    }
    facts.hitRatio = StatusReport.TrafficPart(counters, log).hitRatio
    facts.copyLag = synchronizer?.health.currentAt.map { (now - $0).components.seconds }
    facts.page = page
    facts.alarms = node.alarms.all.all.map(\.cause)
    facts.certificateExpires = certificates.certificates.first?.dates.notAfter
    return facts
  }
}
