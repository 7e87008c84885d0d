// SPDX-License-Identifier: Apache-2.0

/// When a story disturbs its nodes, and what may last beyond that: the times at which an alarm may begin.
struct AlarmTimes {
  /// From its beginning to its end something is not as it should be at some nodes.
  struct Span: Hashable {
    let nodes: Set<String>
    let begin: Duration
    let end: Duration
    /// It ends a process, or has another one take its place.
    var isOfProcess = false
    /// No process runs.
    var isDown = false
  }

  /// A database has gone back or was copied, or its member has retired or joined again.
  struct Mark: Hashable {
    enum Kind: Hashable { case restored, copied, retired, moved, joinedAgain }
    let node: String
    let kind: Kind
    let at: Duration
  }

  private(set) var spans: [Span] = []
  private(set) var marks: [Mark] = []
  /// The wall clocks that were set on one machine, by so many milliseconds.
  private var clockSteps: [String: [(at: Duration, by: Int64)]] = [:]
  /// When something was done to all clocks, or to one by more than certificates can bear.
  private var greatClockStep: Duration?
  private var parents: [String: Set<String>] = [:]
  let authority: String?
  /// When all faults have ended.
  let settled: Duration

  /// What takes effect after a fault has ended is seen within this time: the longest pause between two attempts, and their time limits.
  static let bound = Duration.seconds(200)

  init(_ story: Story) {
    authority = story.authority
    settled = story.actions.last?.time ?? .zero
    for node in story.nodes { parents[node.name] = Set(node.upstreams) }
    for link in story.links where link.settings.loss > 0 || link.settings.bytesPerSecond < 100_000 {
      spans.append(Span(nodes: [link.one, link.other], begin: .zero, end: settled + .seconds(600)))
    }
    var cuts: [Network.Direction: Duration] = [:]
    var down: [String: Duration] = [:]
    for timed in story.actions {
      let time = timed.time
      switch timed.action {
      case .cut(let from, let to):
        let direction = Network.Direction(from: from, to: to)
        if cuts[direction] == nil { cuts[direction] = time }
      case .heal(let from, let to):
        guard let begin = cuts.removeValue(forKey: Network.Direction(from: from, to: to)) else { break }
        spans.append(Span(nodes: [from, to], begin: begin, end: time))
      case .kill(let name), .lose(let name): if down[name] == nil { down[name] = time }
      case .start(let name): starts(name, at: time, &down)
      case .restore(let name):
        for mate in story.mates(of: name) { starts(mate.name, at: time, &down) }
        marks.append(Mark(node: name, kind: .restored, at: time))
      case .reload(let name): passing(name, at: time)
      case .move(let name, let upstream):
        passing(name, at: time)
        marks.append(Mark(node: name, kind: .moved, at: time))
        if let upstream { parents[name, default: []].insert(upstream) }
      case .setClock(let step): if step.wholeMilliseconds.magnitude > 600_000 { note(greatClockStep: time) }
      case .database(let name, _): passing(name, at: time, lasting: .seconds(60))
      case .membership(let action): take(action, at: time, &down)
      case .ask, .raise, .backUp, .alarm: break
      }
    }
    for (direction, begin) in cuts.sorted(by: { $0.key < $1.key }) {
      spans.append(Span(nodes: [direction.from, direction.to], begin: begin, end: settled))
    }
    for (name, begin) in down.sorted(by: { $0.key < $1.key }) {
      spans.append(Span(nodes: [name], begin: begin, end: settled, isOfProcess: true, isDown: true))
    }
    shutOutCopies(story)
    for node in story.nodes where longestAnswer(to: node.name, story) > node.deadline {
      spans.append(Span(nodes: [node.name], begin: .zero, end: settled + .seconds(600)))
    }
  }

  /// A member that joins again has its earlier certificates revoked, which its copies have as well.
  private mutating func shutOutCopies(_ story: Story) {
    for timed in story.actions {
      guard case .membership(.clone(let name, let copy)) = timed.action else { continue }
      for mark in marks where mark.node == name && mark.kind == .joinedAgain && mark.at + Self.longestJoin >= timed.time
      {
        spans.append(Span(nodes: [copy], begin: max(mark.at, timed.time), end: settled + .seconds(600)))
      }
    }
  }

  /// It is tried again and again.
  private static let longestJoin = Duration.seconds(480)

  /// How long the answer to a question may take where each node on its way has to connect first, behind a page of a copy.
  private func longestAnswer(to name: String, _ story: Story) -> Duration {
    let nodes = related(name)
    return story.links.filter { nodes.contains($0.one) && nodes.contains($0.other) }.reduce(.zero) { sum, link in
      let settings = link.settings
      let page = Duration.seconds(Double(Self.longestPage) / max(settings.bytesPerSecond, 1))
      return sum + (settings.delay + settings.jitter) * 8 + page
    }
  }

  /// In bytes.
  private static let longestPage = 65_536

  private mutating func passing(_ name: String, at time: Duration, lasting: Duration = .zero) {
    spans.append(Span(nodes: [name], begin: time, end: time + lasting, isOfProcess: true))
  }

  private mutating func starts(_ name: String, at time: Duration, _ down: inout [String: Duration]) {
    let begin = down.removeValue(forKey: name) ?? time
    spans.append(Span(nodes: [name], begin: begin, end: time, isOfProcess: true, isDown: true))
  }

  private mutating func take(_ action: Story.Membership, at time: Duration, _ down: inout [String: Duration]) {
    switch action {
    case .create(let name, _, _), .upgrade(let name): passing(name, at: time)
    case .join(let name, let parent, _, let isAgain):
      if isAgain { marks.append(Mark(node: name, kind: .joinedAgain, at: time)) }
      parents[name, default: []].insert(parent)
      passing(name, at: time, lasting: Self.longestJoin)
    case .revoke(let name): spans.append(Span(nodes: [name], begin: time, end: settled + .seconds(600)))
    // It takes effect with the next report.
    case .relane(let name): passing(name, at: time, lasting: .seconds(60))
    case .retire(let name):
      passing(name, at: time, lasting: .seconds(60))
      marks.append(Mark(node: name, kind: .retired, at: time))
    case .clone(let name, let copy):
      starts(copy, at: time, &down)
      parents[copy, default: []].formUnion(parents[name] ?? [])
      for node in [name, copy] { marks.append(Mark(node: node, kind: .copied, at: time)) }
    case .setClock(let name, let step):
      clockSteps[name, default: []].append((time, step.wholeMilliseconds))
      if step.wholeMilliseconds.magnitude > 600_000 { note(greatClockStep: time) }
    case .resolve(let name, let other):
      passing(name, at: time)
      passing(other, at: time)
    case .afterRestore, .key, .rekey: break
    }
  }

  private mutating func note(greatClockStep time: Duration) { greatClockStep = greatClockStep ?? time }

  // MARK: Questions

  /// The node, those above it, and the authority.
  func related(_ name: String) -> Set<String> {
    var (found, waiting): (Set<String>, [String]) = ([], [name])
    while let next = waiting.popLast() {
      if found.insert(next).inserted { waiting += (parents[next] ?? []).sorted() }
    }
    return found.union([authority].compactMap(\.self))
  }

  func parents(of name: String) -> [String] { (parents[name] ?? []).sorted() }

  /// When the first of the disturbances of a time began.
  func beginOfDisturbance(_ names: Set<String>, _ begin: Duration, _ end: Duration) -> Duration? {
    spans.filter { !$0.nodes.isDisjoint(with: names) && $0.begin <= end && $0.end >= begin }.map(\.begin).min()
  }

  /// Whether a great step of the clocks was before it.
  func hasGreatClockStep(before time: Duration) -> Bool { greatClockStep.map { $0 <= time } ?? false }

  func isMarked(_ names: Set<String>, _ kinds: Set<Mark.Kind>, before time: Duration) -> Bool {
    marks.contains { names.contains($0.node) && kinds.contains($0.kind) && $0.at <= time }
  }

  /// Whether nodes were disturbed in all of a time but for some minutes.
  func isMostlyDisturbed(_ names: Set<String>, _ begin: Duration, _ end: Duration) -> Bool {
    var reached = begin
    for span in spans.filter({ !$0.nodes.isDisjoint(with: names) }).sorted(by: { $0.begin < $1.begin }) {
      guard span.begin <= reached + .seconds(300) else { break }
      reached = max(reached, span.end)
    }
    return reached + .seconds(300) >= end
  }

  /// How far the clock of a machine is ahead, in milliseconds.
  func clock(of name: String, at time: Duration) -> Int64 {
    (clockSteps[name] ?? []).filter { $0.at <= time }.reduce(0) { $0 + $1.by }
  }

  /// When one of two clocks is set.
  func clockChanges(_ one: String, _ other: String) -> [Duration] {
    ((clockSteps[one] ?? []) + (clockSteps[other] ?? [])).map(\.at).sorted()
  }

  /// Whether two clocks differed by so many milliseconds at some time.
  func clocksDiffered(_ one: String, _ other: String, by least: UInt64, _ begin: Duration, _ end: Duration) -> Bool {
    ([begin] + clockChanges(one, other).filter { $0 > begin && $0 <= end }).contains { time in
      (clock(of: one, at: time) - clock(of: other, at: time)).magnitude >= least
    }
  }

  /// The first time from which nothing disturbs nodes for the bound.
  ///
  /// - Parameter until: when the cause ends; nil where it lasts.
  /// - Returns: nil where there is none.
  func quiet(_ names: Set<String>, from begin: Duration, until: Duration?) -> Duration? {
    let touching = spans.filter { !$0.nodes.isDisjoint(with: names) }
    let candidates = [begin] + touching.map(\.end).filter { $0 > begin }.sorted()
    return candidates.first { time in
      time + Self.bound <= (until ?? settled + .seconds(400))
        && !touching.contains { $0.end > time && $0.begin <= time + Self.bound }
    }
  }
}
