// SPDX-License-Identifier: Apache-2.0

/// The alarms that a story without any names must have, each within its bound: counted from its cause, or from the end of what cut the node
/// off meanwhile.
struct AlarmDuties {
  private let story: Story
  private let times: AlarmTimes
  private(set) var duties: [Duty] = []

  struct Duty: Hashable {
    let node: String
    /// How the name of the alarm begins.
    let cause: String
    let begin: Duration
    let deadline: Duration
  }

  init(_ story: Story) {
    self.story = story
    times = AlarmTimes(story)
    let lifetimes = story.actions.contains {
      if case .membership(.create(_, _, let lifetime)) = $0.action { lifetime != nil } else { false }
    }
    // Short certificates expire while a line is cut.
    guard !lifetimes, !times.hasGreatClockStep(before: times.settled) else { return }
    for node in story.nodes {
      guard let joined = joined(node.name) else { continue }
      addClocks(node.name, from: joined)
      addAbsence(node.name, from: joined)
      addClones(node.name, from: joined)
      addRetirement(node.name, from: joined)
    }
  }

  func violations(_ history: AlarmHistory) -> [String] {
    duties.filter { !history.stood($0.cause, at: $0.node, $0.begin, $0.deadline) }.map { duty in
      "\(duty.node) has not had the alarm \(duty.cause) between \(duty.begin.text) and \(duty.deadline.text)"
    }
  }

  private mutating func add(
    _ node: String, _ cause: String, _ names: Set<String>, from begin: Duration, until: Duration? = nil
  ) {
    guard let quiet = times.quiet(names, from: begin, until: until) else { return }
    duties.append(Duty(node: node, cause: cause, begin: begin, deadline: quiet + AlarmTimes.bound))
  }

  /// When a node has joined, and was left alone until then. Nil for one that is shut out, or no member.
  private func joined(_ name: String) -> Duration? {
    var time: Duration?
    for timed in story.actions {
      switch timed.action {
      case .membership(.join(name, _, let isMirror, _)): time = isMirror ? nil : time ?? timed.time
      case .membership(.revoke(name)): return nil
      default: break
      }
    }
    return time.flatMap { times.quiet(times.related(name), from: $0, until: nil) }.map { $0 + AlarmTimes.bound }
  }

  // MARK: Causes

  private mutating func addClocks(_ name: String, from joined: Duration) {
    let parents = times.parents(of: name)
    guard parents.count == 1, let above = parents.first else { return }
    let changes = times.clockChanges(name, above)
    for (index, begin) in changes.enumerated() where begin >= joined {
      let difference = times.clock(of: name, at: begin) - times.clock(of: above, at: begin)
      guard difference.magnitude >= 35_000 else { continue }
      let until = changes.dropFirst(index + 1).first { $0 > begin }
      add(name, "clock-differs", times.related(name), from: begin, until: until)
    }
  }

  /// The line to the node above is cut, or its machine is gone.
  private mutating func addAbsence(_ name: String, from joined: Duration) {
    guard let above = times.parents(of: name).first, times.parents(of: name).count == 1 else { return }
    let own = times.spans.filter { $0.isOfProcess && $0.nodes.contains(name) }
    for span in times.spans where span.begin >= joined && span.begin < times.settled {
      let isCut = !span.isOfProcess && span.nodes == [name, above]
      guard isCut || span.isDown && span.nodes == [above], span.end - span.begin >= AlarmTimes.bound else {
        continue
      }
      let deadline = span.begin + AlarmTimes.bound
      guard !own.contains(where: { $0.begin <= deadline && $0.end >= span.begin }) else { continue }
      duties.append(Duty(node: name, cause: "upstream-away", begin: span.begin, deadline: deadline))
    }
  }

  /// Nothing else is done about the member.
  private func isAlone(_ name: String) -> Bool {
    !story.actions.contains { timed in
      switch timed.action {
      case .membership(.relane(name)), .membership(.join(name, _, _, isAgain: true)), .membership(.afterRestore): true
      case .restore(let other): other == name || other == times.authority || story.copies.contains(other)
      default: false
      }
    }
  }

  private mutating func addClones(_ name: String, from joined: Duration) {
    guard isAlone(name), let authority = times.authority else { return }
    let copied = story.actions.filter {
      if case .membership(.clone) = $0.action { true } else { false }
    }
    guard copied.count == 1, let first = copied.first, first.time >= joined,
      case .membership(.clone(name, let copy)) = first.action,
      !times.isMarked([name], [.retired], before: times.settled)
    else { return }
    // It does not start again at the end.
    let killed = story.actions.first { timed in
      guard timed.time > first.time else { return false }
      switch timed.action {
      case .kill(copy), .lose(copy): return true
      default: return false
      }
    }
    add(authority, "member-cloned:\(name)", times.related(name).union([copy]), from: first.time, until: killed?.time)
  }

  private mutating func addRetirement(_ name: String, from joined: Duration) {
    guard isAlone(name), !times.isMarked([name], [.copied, .restored], before: times.settled) else { return }
    let retired = times.marks.first { $0.node == name && $0.kind == .retired && $0.at >= joined }
    guard let retired else { return }
    add(name, "minting-stopped", times.related(name), from: retired.at)
  }
}
