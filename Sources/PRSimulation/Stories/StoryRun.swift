// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRNode
import PRRevision
import PRStore
import PRStoreMemory

/// A story that is played, and what came of it.
///
/// `@unchecked Sendable`: it is used on one thread only.
package final class StoryRun: @unchecked Sendable {
  /// As it is now: nodes are moved.
  package internal(set) var story: Story
  let world: World
  let network: Network
  private(set) var nodes: [String: SimulatedNode] = [:]
  private var disks: [String: SimulatedDisk] = [:]
  /// The servers of PostgreSQL, by the name of the node that names them.
  private(set) var clusters: [String: any SharedDatabase] = [:]
  private var backups: [String: MemoryDatabase] = [:]
  private(set) var ledger: AnswerLedger
  /// What was answered without a doubt must be on record, by the name of the database.
  private(set) var promised: [(node: String, row: Row)] = []
  /// The connection of the last client of each node, as long as it waits for an answer.
  private var lines: [String: BuilderLine] = [:]
  private var strict: StrictWatch
  var doubt: MintDoubt
  private var alarms = AlarmJudge()

  /// What came of a story.
  package struct Outcome: Hashable, Sendable {
    package var violations: [String]
    /// Of all bytes that arrived anywhere, with their times.
    package var digest: UInt64
    package var answered: Int
    package var refused: Int
    package var lost: Int
    package var steps: Int
  }

  private init(_ story: Story) {
    self.story = story
    world = World(seed: story.seed)
    network = Network(world)
    // Each level may wait for the one above it.
    ledger = AnswerLedger(bound: .seconds(10 * 4 + 20))
    strict = StrictWatch(story)
    doubt = MintDoubt([])
    for link in story.links { network.link(link.one, link.other, link.settings) }
    for node in story.nodes {
      let file = story.file(of: node.name)
      let disk = disks[file] ?? (story.isWatched ? SimulatedDisk(identifiedBy: file) : SimulatedDisk(of: file))
      disks[file] = disk
      if node.isOnPostgres, clusters[file] == nil { clusters[file] = Self.cluster(in: world) }
      nodes[node.name] = SimulatedNode(
        NodePlan(node, in: story), disk: disk, shared: clusters[file], on: network)
    }
    if story.isWatched {
      doubt = MintDoubt(Set(disks.keys).subtracting([story.authority].compactMap(\.self)))
    }
  }

  private static func cluster(in world: World) -> any SharedDatabase {
    #if PostgreSQL
      SimulatedCluster(in: world)
    #else
      preconditionFailure("a story with PostgreSQL needs a build with it")
    #endif
  }

  /// Plays a story.
  package static func play(_ story: Story) -> Outcome { StoryRun(story).play() }

  /// What still holds the world of a story that is over: the world, or nil.
  static func worldLeft(by story: Story) -> World? {
    weak var world: World?
    do {
      let run = StoryRun(story)
      world = run.world
      _ = run.play()
    }
    return world
  }

  private func play() -> Outcome {
    for node in story.nodes { nodes[node.name]?.start() }
    for timed in story.actions {
      world.run(for: max(timed.time - world.time, .zero))
      perform(timed.action)
    }
    end()
    if story.isWatched {
      found += alarms.violations(story, nodes, isInOrder: isInOrder, reachesUpstream: reachesUpstream)
    }
    let outcome = Outcome(
      violations: ledger.violations + found, digest: world.digest, answered: ledger.answered, refused: ledger.refused,
      lost: ledger.lost, steps: world.loop.steps)
    // What still waits for something would hold the world for ever.
    for node in nodes.values { node.kill() }
    world.loop.end()
    return outcome
  }

  var found: [String] = []

  // MARK: Actions

  private func perform(_ action: Story.Action) {
    switch action {
    case .ask(let question): ask(question)
    case .cut(let from, let to): network.cut(from: from, to: to)
    case .heal(let from, let to): network.cut(from: from, to: to, false)
    case .kill(let name): nodes[name]?.kill()
    case .lose(let name): nodes[name]?.kill(isMachineLost: true)
    case .start(let name): nodes[name]?.start()
    case .raise(let node, let package, let value): raise(node, package, value)
    case .setClock(let time): world.wallOffset += time.wholeMilliseconds
    case .backUp(let name): backups[story.file(of: name)] = nodes[name]?.backUp()
    case .restore(let name): restore(story.file(of: name))
    case .reload(let name): nodes[name]?.reload()
    case .move(let name, let upstream): move(name, below: upstream)
    case .database(let name, let fault): clusters[story.file(of: name)]?.perform(fault)
    case .membership(let action): perform(action)
    case .alarm(let name, let cause, let state):
      guard let node = nodes[name] else { return }
      if let wrong = alarms.look(at: name, node, for: cause, state) {
        found.append("at \(world.time.text): \(wrong)")
      }
    }
  }

  /// A node has joined a federation.
  func joined(_ name: String, below parent: String, isMirror: Bool) {
    let file = story.file(of: name)
    for index in story.nodes.indices where story.file(of: story.nodes[index].name) == file {
      story.nodes[index].upstreams = [parent]
      story.nodes[index].isReadOnly = isMirror
      if isMirror { story.nodes[index].syncEvery = story.nodes[index].syncEvery ?? .seconds(60) }
    }
    strict.story = story
    if let node = nodes[name] { doubt.joined(file, node) }
  }

  /// Another node holds what a node holds.
  func takePlace(of name: String, at other: String) {
    let file = story.file(of: other)
    promised.removeAll { $0.node == file }
    ledger.forget(file, divides: false)
    guard let original = story.nodes.first(where: { $0.name == name }) else { return }
    for index in story.nodes.indices where story.nodes[index].name == other {
      story.nodes[index].upstreams = original.upstreams
      story.nodes[index].isReadOnly = original.isReadOnly
    }
    strict.story = story
  }

  private func restore(_ file: String) {
    guard let backup = backups[file] else { return }
    let mates = story.mates(of: file)
    if story.isWatched, let node = nodes[file] {
      doubt.restored(file, to: backup, before: node.backUp(), lane: node.node?.lease?.lane)
    }
    for node in mates { nodes[node.name]?.kill() }
    disks[file]?.restore(backup)
    for node in mates { nodes[node.name]?.start() }
    // What it has forgotten binds it no more.
    promised.removeAll { $0.node == file && !backup.holds($0.row) }
    ledger.forget(file, divides: !story.isWatched)
    for below in story.nodes
    where below.isReadOnly && story.asked(from: below).contains(where: { story.file(of: $0.name) == file }) {
      ledger.release(story.file(of: below.name))
    }
  }

  /// All processes of its database are moved.
  private func move(_ name: String, below upstream: String?) {
    let moved = Set(story.mates(of: name).map(\.name))
    for index in story.nodes.indices where moved.contains(story.nodes[index].name) {
      story.nodes[index].upstreams = [upstream].compactMap(\.self)
    }
    restart(moved)
  }

  /// As the story has them now.
  private func restart(_ names: Set<String>) {
    strict.story = story
    for node in story.nodes where names.contains(node.name) { nodes[node.name]?.restart(as: NodePlan(node, in: story)) }
  }

  /// All processes of its database are of the present version.
  func upgrade(_ name: String) {
    let mates = Set(story.mates(of: name).map(\.name))
    for index in story.nodes.indices where mates.contains(story.nodes[index].name) { story.nodes[index].isOld = false }
    restart(mates)
  }

  /// - Parameter then: gets each answer.
  func ask(_ question: Story.Question, then: @escaping (RawClient.Answer) -> Void = { _ in }) {
    let (node, package, checksum) = (question.node, question.package, question.checksum)
    guard let asked = nodes[node] else { return }
    let file = story.file(of: node)
    let line = line(to: node, isTogether: question.isTogether)
    var open = question.times
    let life = asked.lives
    let alone = strict.asks(question, nodes)
    line.open += open
    world.loop.after(ledger.bound) { [self] in
      // Clients of a machine that is gone give up.
      guard open > 0 else { return }
      if asked.isRunning, asked.lives == life { found.append("\(node) has not answered \(open) questions") }
      line.client.close()
    }
    for _ in 0..<question.times {
      let ticket = ledger.ask(
        package, checksum, isKept: question.isKept, at: file, promise: asked.currentPlan.promise, time: world.time)
      line.client.get(package, "all", checksum, history: question.isKept) { [self] answer in
        if let wanted = question.answer, answer != RawClient.Answer(text: wanted) {
          found.append("\(question.checksum) of \(package) at \(node): \(answer), not \(wanted)")
        }
        if story.isWatched { doubt.look(file, asked) }
        ledger.take(answer, to: ticket, time: world.time) { [self] package, value in
          story.isWatched && doubt.excuses(package, value, nodes)
        }
        if case .value(let value?) = answer, !asked.currentPlan.policy.isReadOnly, !asked.plan.isStock,
          ledger.isCurrent(ticket)
        {
          let row = Row(tuple: TupleKey(version: package, pkgarch: "all", checksum: checksum), value: value)
          promised.append((file, row))
          if let alone, let above = strict.isBroken(alone, by: row, nodes) {
            found.append("\(node) is strict, and numbered \(checksum) of \(package) while \(above) was down")
          }
        }
        strict.answered(node)
        then(answer)
        open -= 1
        line.open -= 1
        if line.open == 0 { line.client.close() }
      }
    }
  }

  private func line(to node: String, isTogether: Bool) -> BuilderLine {
    if isTogether, let line = lines[node], line.open > 0 { return line }
    let line = BuilderLine(RawClient(from: "builder", to: node, on: network))
    lines[node] = line
    return line
  }

  private func raise(_ node: String, _ package: String, _ value: String) {
    guard let raised = nodes[node], let store = raised.node?.store, let value = Revision(value) else { return }
    let life = raised.lives
    let floor = Floor(package: PackageKey(version: package, pkgarch: "all"), value: value)
    let provenance = FloorProvenance(.operator, source: nil, setter: "operator", milliseconds: world.wall)
    store.write { context throws(StoreError) in
      try context.raise(floor, provenance)
    } done: { [self] outcome in
      // A killed process stores nothing.
      guard raised.isRunning, raised.lives == life else { return }
      if case .success = outcome { ledger.raise(package, to: value.text, at: story.file(of: node)) }
    }
  }
}

extension NodePlan {
  /// A node that stores no answers gives what the nodes above have had, or predicts.
  var promise: AnswerLedger.Promise {
    guard policy.isReadOnly else { return .neverDown }
    return policy.onMiss == .predict ? .nothing : .oneContent
  }

  init(_ node: Story.Node, in story: Story) {
    // As an operator gives it who starts a node while its upstream is away.
    let level = story.level(of: node)
    var policy = NodePolicy(
      numbering: node.isBitBake
        ? .bitbake
        : .partitioned(Partition(level: level, lane: node.lane ?? .only, isLevelKnown: !node.isLevelUnknown)),
      isReadOnly: node.isReadOnly, onMiss: node.onMiss, upstreamAway: node.away)
    policy.isLaneGiven = node.lane != nil
    policy.isMirror = node.isReadOnly && node.syncEvery != nil
    self.init(
      node.name, policy, upstreams: node.upstreams, upstreamDeadline: node.deadline, syncEvery: node.syncEvery)
    page = node.page
    isWatched = story.isWatched
    isStock = node.isStock
    isOld = node.isOld
  }
}

extension Story {
  /// Of nodes that stand above each other: as many as there are.
  func level(of node: Node) -> Int {
    var (level, next) = (0, node)
    while level < nodes.count, let upstream = next.upstreams.first,
      let above = nodes.first(where: { $0.name == upstream })
    {
      (level, next) = (level + 1, above)
    }
    return level
  }
}

/// A connection of a client, which it closes when no question is open.
private final class BuilderLine {
  let client: RawClient
  var open = 0

  init(_ client: RawClient) { self.client = client }
}
