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
    // Some have words of their own in the log.
    guard raised == 0 && isOpen || raised == named[place] else {
      return "\(name) has raised the alarm \(cause) \(raised) times, and not \(named[place] ?? 0) times"
    }
    return nil
  }

  /// What is wrong at the end.
  func violations(_ story: Story, _ nodes: [String: SimulatedNode]) -> [String] {
    let causes = AlarmCauses(story)
    return story.nodes.flatMap { node in
      let raised = nodes[node.name]?.alarmEvents.filter(\.isRaised) ?? []
      let names = named.filter { $0.key.node == node.name }
      let unnamed = raised.filter { event in
        !names.contains { event.cause.hasPrefix($0.key.cause) } && !causes.explain(event.cause, at: node.name)
      }
      let tooOften = names.filter { place, times in raised.count { $0.cause.hasPrefix(place.cause) } > times }
      return unnamed.map { "\(node.name) has the alarm \($0.cause) at \($0.at.text) without a cause" }
        + tooOften.map { "\(node.name) has raised the alarm \($0.key.cause) more than \($0.value) times" }.sorted()
    }
  }
}

/// What alarms a story may have.
struct AlarmCauses {
  private let namesAlarms: Bool
  private let authority: String?
  private var isDisturbed = false
  private var hasCopies = false
  private var restored: Set<String> = []
  private var hasRetired = false
  /// A report that is under way while a store joins again is one of its earlier place.
  private var hasJoinedAgain = false
  private var setsClocks = false
  private var hasShortCertificates = false
  private var lacksKey = false
  private var hasMoved = false
  private let isLong: Bool

  init(_ story: Story) {
    authority = story.authority
    isLong = (story.actions.last?.time ?? .zero) > .seconds(3000)
    namesAlarms = story.actions.contains { if case .alarm = $0.action { true } else { false } }
    for timed in story.actions {
      switch timed.action {
      case .cut, .kill, .lose, .raise, .reload: isDisturbed = true
      case .restore(let name):
        restored.insert(story.file(of: name))
        isDisturbed = true
      case .move: (hasMoved, isDisturbed) = (true, true)
      case .setClock(let time): if time.wholeMilliseconds.magnitude > 600_000 { setsClocks = true }
      case .membership(let action): take(action)
      case .ask, .heal, .start, .backUp, .database, .alarm: break
      }
    }
    if story.links.contains(where: { $0.settings.loss > 0 || $0.settings.bytesPerSecond < 100_000 }) {
      isDisturbed = true
    }
  }

  private mutating func take(_ action: Story.Membership) {
    switch action {
    case .create(_, _, let lifetime): hasShortCertificates = lifetime != nil
    case .join(_, _, _, let isAgain): if isAgain { (hasJoinedAgain, isDisturbed) = (true, true) }
    case .afterRestore: break
    case .relane, .revoke: isDisturbed = true
    case .retire: (hasRetired, isDisturbed) = (true, true)
    case .clone: (hasCopies, isDisturbed) = (true, true)
    case .setClock: setsClocks = true
    case .key: lacksKey = true
    }
  }

  func explain(_ cause: String, at node: String) -> Bool {
    let parts = cause.split(separator: ":", maxSplits: 2).map(String.init)
    let inner = parts.first == "member-alarm" && parts.count == 3 ? parts[2] : cause
    let kind = String(inner.prefix { $0 != ":" })
    if kind == "upstream-away" || kind == "copy-failing" { return isDisturbed }
    guard !namesAlarms else { return false }
    let hasGoneBack = hasCopies || !restored.isEmpty
    return switch kind {
    case "federation-unreached", "minted-without-upstream": isDisturbed || setsClocks || hasShortCertificates
    case "minting-stopped": hasGoneBack || hasRetired
    case "member-cloned": hasGoneBack
    case "member-superseded": hasGoneBack || hasJoinedAgain
    case "copy-reset", "rows-vanished": hasGoneBack || hasMoved
    case "register-restored": authority.map(restored.contains) ?? false
    case "clock-differs": setsClocks
    case "certificate-expires-soon", "certificate-expired", "certificate-not-yet-valid":
      setsClocks || hasShortCertificates
    case "member-certificate": setsClocks || hasShortCertificates && isDisturbed
    case "revocations-old", "federation-signing": lacksKey || setsClocks
    case "member-absent": isLong && isDisturbed || setsClocks
    case "question-loop", "level-loop": hasMoved
    default: false
    }
  }
}
