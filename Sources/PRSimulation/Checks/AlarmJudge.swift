// SPDX-License-Identifier: Apache-2.0
import PRNode

/// Whether nodes have the alarms that a story names, once each, and no others.
///
/// A story that names alarms names all of them but those of lines that are cut. In one that names none, an alarm needs something in the
/// story that it may come from.
struct AlarmJudge {
  /// How often a story has named each alarm so far.
  private var named: [Place: Int] = [:]

  private struct Place: Hashable {
    let node: String
    let cause: String
  }

  /// - Returns: what is wrong.
  mutating func look(
    at name: String, _ node: SimulatedNode, for cause: String, _ state: Story.AlarmState
  ) -> String? {
    let place = Place(node: name, cause: cause)
    let open = node.node?.alarms.all.all.map(\.cause) ?? []
    let isOpen = open.contains { $0.hasPrefix(cause) }
    if isOpen, state != .stands { return "the alarm \(cause) of \(name) has not ended" }
    guard state != .ended else { return nil }
    named[place, default: 0] += 1
    guard isOpen || state == .past else {
      return "\(name) has not the alarm \(cause), but: \(open.joined(separator: ", "))"
    }
    let raised = node.alarmEvents.count { $0.isRaised && $0.cause.hasPrefix(cause) }
    guard raised == named[place] else {
      return "\(name) has raised the alarm \(cause) \(raised) times, and not \(named[place] ?? 0) times"
    }
    return nil
  }

  /// What is wrong at the end.
  ///
  /// - Parameters:
  ///   - isInOrder: whether the reports of a node are answered.
  ///   - reachesUpstream: whether its questions are, too.
  func violations(
    _ story: Story, _ nodes: [String: SimulatedNode], isInOrder: (Story.Node) -> Bool,
    reachesUpstream: (Story.Node) -> Bool
  ) -> [String] {
    let causes = AlarmCauses(story)
    let log = AlarmHistory(nodes.mapValues(\.alarmEvents))
    let unnamed = story.nodes.flatMap { node in
      log.raised(at: node.name).filter { event in
        !isNamed(event.cause, at: node.name) && !causes.explain(event.cause, at: node.name, event.at, log)
      }.map { "\(node.name) has the alarm \($0.cause) at \($0.at.text) without a cause" }
    }
    let tooOften = named.filter { place, times in
      log.raised(at: place.node).count { $0.cause.hasPrefix(place.cause) } > times
    }.map { "\($0.node) has raised the alarm \($0.cause) more than \($1) times" }.sorted()
    let isTrusted = !causes.certificatesMayFail(story.actions.last?.time ?? .zero)
    let lasting = story.nodes.filter { isTrusted && isInOrder($0) }.flatMap { node in
      let ending = Self.ending + (reachesUpstream(node) ? Self.endingByUpstream : [])
      return (nodes[node.name]?.node?.alarms.all.all ?? []).map(\.cause).filter { cause in
        let ends =
          ending.contains { cause.hasPrefix($0) } || cause == "minting-stopped" && !causes.mayStayStopped(node.name)
        return ends && !isNamed(cause, at: node.name)
      }.map { "the alarm \($0) of \(node.name) has not ended" }
    }
    return unnamed + tooOften + lasting + (named.isEmpty ? AlarmDuties(story).violations(log) : [])
  }

  private func isNamed(_ cause: String, at node: String) -> Bool {
    named.keys.contains { $0.node == node && cause.hasPrefix($0.cause) }
  }

  /// What no node has any more when all faults have ended.
  private static let ending = ["federation-unreached"]

  /// What no node has any more that has reached its upstream since.
  private static let endingByUpstream = [
    "upstream-away", "copy-failing", "copy-reset", "minted-without-upstream", "level-unknown", "level-differs",
    "protocol-differs",
  ]
}

/// When alarms have stood.
struct AlarmHistory {
  private let events: [String: [SimulatedNode.AlarmEvent]]

  init(_ events: [String: [SimulatedNode.AlarmEvent]]) { self.events = events }

  func raised(at node: String) -> [SimulatedNode.AlarmEvent] { (events[node] ?? []).filter(\.isRaised) }

  /// Whether an alarm has stood at some time.
  ///
  /// - Parameter cause: how its name begins.
  func stood(_ cause: String, at node: String, _ begin: Duration, _ end: Duration) -> Bool {
    var open: Set<String> = []
    for event in events[node] ?? [] where event.cause.hasPrefix(cause) && event.at <= end {
      if event.isRaised {
        open.insert(event.cause)
        if event.at >= begin { return true }
      } else {
        if event.at >= begin, open.contains(event.cause) { return true }
        open.remove(event.cause)
      }
    }
    return !open.isEmpty
  }
}

/// What alarms a story may have, and when they may begin.
struct AlarmCauses {
  private let namesAlarms: Bool
  private let times: AlarmTimes
  private var hasShortCertificates = false
  private var lacksKey = false

  init(_ story: Story) {
    times = AlarmTimes(story)
    for timed in story.actions {
      switch timed.action {
      case .membership(.create(_, _, let lifetime)): hasShortCertificates = lifetime != nil
      case .membership(.key): lacksKey = true
      default: break
      }
    }
    namesAlarms = story.actions.contains { if case .alarm = $0.action { true } else { false } }
  }

  /// - Parameters:
  ///   - time: when it began.
  ///   - history: what other nodes have had.
  func explain(_ cause: String, at node: String, _ time: Duration, _ history: AlarmHistory) -> Bool {
    let parts = cause.split(separator: ":", maxSplits: 2).map(String.init)
    let kind = parts[0]
    let names = parts.count > 1 ? times.related(node).union(times.related(parts[1])) : times.related(node)
    let disturbed = times.beginOfDisturbance(names, time - AlarmTimes.bound, time)
    let isDisturbed = disturbed != nil
    if kind == "upstream-away" { return isDisturbed || certificatesMayFail(time) }
    guard !namesAlarms else { return false }
    switch kind {
    case "federation-unreached", "minted-without-upstream": return isDisturbed || certificatesMayFail(time)
    case "copy-failing": return times.isMostlyDisturbed(names, time - .seconds(3600), time) || certificatesMayFail(time)
    case "minting-stopped", "member-cloned", "member-superseded":
      let kinds: Set<AlarmTimes.Mark.Kind> =
        switch kind {
        case "member-cloned": [.restored, .copied]
        // A report of its server may be answered between the join and its command.
        case "minting-stopped": [.restored, .copied, .retired, .joinedAgain]
        default: [.restored, .copied, .retired]
        }
      return times.isMarked(names, kinds, before: time)
    case "copy-reset", "rows-vanished": return times.isMarked(names, [.restored, .copied, .moved], before: time)
    case "register-restored":
      return times.isMarked(Set([times.authority].compactMap(\.self)), [.restored], before: time)
    case "clock-differs":
      return times.hasGreatClockStep(before: time)
        || times.parents(of: node).contains { above in
          times.clocksDiffered(node, above, by: 29_000, time - AlarmTimes.bound, time)
        }
    case "certificate-expires-soon", "certificate-expired", "certificate-not-yet-valid", "member-certificate":
      return certificatesMayFail(time)
    case "revocations-old", "federation-signing": return lacksKey || times.hasGreatClockStep(before: time)
    case "member-absent":
      return times.isMostlyDisturbed(names, time - .seconds(3600), time) || certificatesMayFail(time)
    case "question-loop", "level-loop": return times.isMarked(names, [.moved], before: time)
    case "member-alarm":
      guard parts.count == 3 else { return false }
      // A report that was under way when a line was cut comes when the line is whole again.
      let begin = disturbed.map { min($0, time - .seconds(600)) } ?? time - AlarmTimes.bound
      return history.stood(parts[2], at: parts[1], begin, time)
        || times.marks.contains { $0.kind == .copied && history.stood(parts[2], at: $0.node, begin, time) }
    default: return false
    }
  }

  /// Whether a node may mint nothing until something is done about it.
  func mayStayStopped(_ node: String) -> Bool {
    times.isMarked(times.related(node), [.restored, .copied, .retired], before: times.settled)
  }

  func certificatesMayFail(_ time: Duration) -> Bool {
    times.hasGreatClockStep(before: time) || hasShortCertificates
  }
}
