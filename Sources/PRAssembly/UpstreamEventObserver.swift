// SPDX-License-Identifier: Apache-2.0
import Logging
import PRNode
import PRServer
import PRUpstream
import PRWire
import Synchronization

/// Observes the upstreams: each event is logged once, and the node takes over its level.
package final class UpstreamEventObserver: Sendable {
  private let logger: Logger
  private let alarms: AlarmBoard
  private let state = Mutex(State())

  private struct State {
    var node: Node?
    var greeted: [Endpoint: PeerDescription] = [:]
    var complaints = LogRateLimiter(period: .seconds(60))
  }

  package init(_ logger: Logger, _ alarms: AlarmBoard) {
    self.logger = logger
    self.alarms = alarms
  }

  /// From now on events go to `node`, with those that came before.
  package func tell(_ node: Node) {
    let greeted = state.withLock { state in
      state.node = node
      return state.greeted.values
    }
    for description in greeted { node.learn(upstreamLevel: description.levelForNodesBelow) }
  }

  /// From now on events go to no node.
  package func forget() { state.withLock { $0.node = nil } }

  package func hear(_ event: UpstreamEvent) {
    switch event {
    case .greeted(let server, let description): greet(server, description)
    case .lost(let server, let reason):
      raiseAway(server, reason)
      logger.warning(
        "the upstream is away; known tuples are answered all the same",
        metadata: [LogKey.upstream: "\(server)", LogKey.reason: "\(reason)"])
    case .stillAway(let server, let reason):
      raiseAway(server, reason)
      guard let leftOut = admit("away: \(server): \(reason)") else { return }
      logger.warning(
        "the upstream is still away, for another reason",
        metadata: [LogKey.upstream: "\(server)", LogKey.reason: "\(reason)", LogKey.leftOut: "\(leftOut)"])
    case .back(let server, let time, let failed):
      alarms.end(Self.away(server), isLogged: false)
      logger.notice(
        "the upstream answers again",
        metadata: [
          LogKey.upstream: "\(server)", LogKey.away: "\((time / .milliseconds(100)).rounded() / 10) s",
          LogKey.failedQuestions: "\(failed)",
        ])
    case .rival(let server, let rival): sound(server, rival)
    case .looping(_, let circle): state.withLock { $0.node }?.cameRound(circle, saidBelow: false)
    case .clock(let server, let reading): compareClocks(server, reading)
    case .refusing(let server, let words):
      guard let leftOut = admit("refusing: \(server)") else { return }
      logger.warning(
        "the upstream refused a question",
        metadata: [LogKey.upstream: "\(server)", LogKey.reason: "\(words)", LogKey.leftOut: "\(leftOut)"])
    case .setAside(let server, let question, let reason, let time):
      guard let leftOut = admit("set aside: \(server)") else { return }
      logger.warning(
        "a question is not put to the upstream for a while, since it cost the connection or the deadline",
        metadata: [
          LogKey.upstream: "\(server)", LogKey.question: "\(question)", LogKey.reason: "\(reason)",
          LogKey.pause: "\(time.components.seconds) s", LogKey.leftOut: "\(leftOut)",
        ])
    case .doubtful(let server, let reason):
      guard let leftOut = admit("doubtful: \(server): \(reason)") else { return }
      logger.warning(
        "an answer of the upstream is not valid",
        metadata: [LogKey.upstream: "\(server)", LogKey.reason: "\(reason)", LogKey.leftOut: "\(leftOut)"])
    }
  }

  private func raiseAway(_ server: Endpoint, _ reason: String) {
    alarms.raise(
      Self.away(server), "the upstream \(server) is away: \(reason)",
      advice: "docs/operations.md lists the reasons; known tuples are still answered", isLogged: false)
  }

  private func sound(_ server: Endpoint, _ rival: LaneRival?) {
    let cause = "lane-overlap:\(server)"
    guard let rival else { return alarms.end(cause) }
    alarms.raise(
      cause,
      "the upstream \(server) has seen the store \(rival.store) mint in lane \(rival.lane), which overlaps with this "
        + "node's: both may give one number to two contents",
      advice: "start one of the two with a --lane that no other node of its level has")
  }

  private func compareClocks(_ server: Endpoint, _ reading: ClockDifference?) {
    let cause = "clock-differs:\(server)"
    guard let reading, !reading.agrees else { return alarms.end(cause) }
    guard reading.differs else { return }
    let least = reading.least
    alarms.raise(
      cause,
      "the clock of the upstream \(server) is \(least.magnitude / 1000) s \(least > 0 ? "ahead of" : "behind") this node's, or "
        + "more: certificates may be refused, and times in logs and rows do not compare",
      advice: "see which of the two clocks is wrong, and have it set by NTP")
  }

  private func compareProtocols(_ server: Endpoint, _ description: PeerDescription) {
    let cause = "protocol-differs:\(server)"
    guard let difference = ProtocolDifference(description) else { return alarms.end(cause) }
    alarms.raise(
      cause,
      "the upstream \(server) is \(difference.server), and this node headwater/\(headwaterVersion): \(difference.text)",
      advice: difference.advice)
  }

  private static func away(_ server: Endpoint) -> String { "upstream-away:\(server)" }

  private func admit(_ kind: String) -> Int? { state.withLock { $0.complaints.admit(kind, now: .now) } }

  private func greet(_ server: Endpoint, _ description: PeerDescription) {
    sound(server, description.rival)
    compareProtocols(server, description)
    var description = description
    description.rival = nil  // it comes and goes with another node
    description.time = nil
    let (node, isNew) = state.withLock { [description] state in
      (state.node, state.greeted.updateValue(description, forKey: server) != description)
    }
    node?.learn(upstreamLevel: description.levelForNodesBelow)
    guard isNew else { return }
    let level = description.levelForNodesBelow.map(String.init) ?? "unknown"
    logger.info(
      "connected to the upstream",
      metadata: [
        LogKey.upstream: "\(server)", LogKey.server: "\(description.server ?? "BitBake's own")",
        LogKey.level: "\(level)", LogKey.store: "\(description.store ?? "unknown")",
      ])
  }
}
