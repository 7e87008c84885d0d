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
  package let story: Story
  private let world: World
  private let network: Network
  private var nodes: [String: SimulatedNode] = [:]
  private var backups: [String: MemoryDatabase] = [:]
  private var ledger: AnswerLedger
  /// What was answered without a doubt must be on record.
  private var promised: [(node: String, row: Row)] = []
  private var clients = 0

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
    for link in story.links { network.link(link.one, link.other, link.settings) }
    for node in story.nodes { nodes[node.name] = SimulatedNode(NodePlan(node, in: story), on: network) }
  }

  /// Plays a story.
  package static func play(_ story: Story) -> Outcome { StoryRun(story).play() }

  private func play() -> Outcome {
    for node in story.nodes { nodes[node.name]?.start() }
    for timed in story.actions {
      world.run(for: max(timed.time - world.time, .zero))
      perform(timed.action)
    }
    settle()
    check()
    return Outcome(
      violations: ledger.violations + found, digest: world.digest, answered: ledger.answered, refused: ledger.refused,
      lost: ledger.lost, steps: world.loop.steps)
  }

  private var found: [String] = []

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
    case .backUp(let name): backups[name] = nodes[name]?.backUp()
    case .restore(let name):
      guard let node = nodes[name], let backup = backups[name] else { return }
      node.kill()
      node.restore(backup)
      node.start()
      // What it has forgotten binds it no more.
      promised.removeAll { $0.node == name && !backup.holds($0.row) }
      ledger.forget(name)
    }
  }

  private func ask(_ question: Story.Question) {
    let (node, package, checksum) = (question.node, question.package, question.checksum)
    guard let asked = nodes[node] else { return }
    clients += 1
    let client = RawClient(from: "builder", to: node, on: network)
    var open = question.times
    let life = asked.lives
    world.loop.after(ledger.bound) { [self] in
      // Clients of a machine that is gone give up.
      if open > 0, asked.isRunning, asked.lives == life { found.append("\(node) has not answered \(open) questions") }
      client.close()
    }
    for _ in 0..<question.times {
      let ticket = ledger.ask(
        package, checksum, isKept: question.isKept, at: node, promise: asked.plan.promise, time: world.time)
      client.get(package, "all", checksum, history: question.isKept) { [self] answer in
        let policy = asked.plan.policy
        if let wanted = question.answer, answer != RawClient.Answer(text: wanted) {
          found.append("\(question.checksum) of \(package) at \(node): \(answer), not \(wanted)")
        }
        ledger.take(answer, to: ticket, time: world.time)
        if case .value(let value?) = answer, !policy.isReadOnly {
          promised.append(
            (node, Row(tuple: TupleKey(version: package, pkgarch: "all", checksum: checksum), value: value)))
        }
        open -= 1
        if open == 0 { client.close() }
      }
    }
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
      if case .success = outcome { ledger.raise(package, to: value.text, at: node) }
    }
  }

  // MARK: The end

  /// All faults end, and time passes until nothing is left to be done.
  private func settle() {
    for one in story.nodes {
      for other in story.nodes { network.cut(from: one.name, to: other.name, false) }
    }
    for node in story.nodes { nodes[node.name]?.start() }
    // Longer than any connection is waited for, and than the longest pause between two pulls.
    world.run(for: .seconds(400))
  }

  private func check() {
    if ledger.open > 0 { found.append("\(ledger.open) questions have no answer") }
    for (name, row) in promised where !(nodes[name]?.database.holds(row) ?? false) {
      found.append("\(name) answered \(row.value) for \(row.tuple), and it is not on record")
    }
    for node in story.nodes where node.syncEvery != nil && node.away != .offline {
      guard let copy = nodes[node.name]?.database, let above = node.upstreams.first.flatMap({ nodes[$0]?.database })
      else { continue }
      let lacking = above.rows.filter { !copy.hasCopied($0) }
      if let first = lacking.first {
        found.append("the copy of \(node.name) lacks \(lacking.count) rows: \(first.tuple) \(first.value)")
      }
      for floor in above.floors where copy.floor(of: floor.package).map({ $0 < floor.value }) ?? true {
        found.append("\(node.name) has not the floor \(floor.value.text) of \(floor.package)")
      }
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
      numbering: node.isBitBake ? .bitbake : .partitioned(Partition(level: level, lane: node.lane ?? .only)),
      isReadOnly: node.isReadOnly, onMiss: node.onMiss, upstreamAway: node.away)
    policy.isLaneGiven = node.lane != nil
    policy.isMirror = node.isReadOnly && node.syncEvery != nil
    self.init(
      node.name, policy, upstreams: node.upstreams, upstreamDeadline: node.deadline, syncEvery: node.syncEvery)
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
