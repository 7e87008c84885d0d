// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRStoreMemory

/// What is checked when all faults have ended.
extension StoryRun {
  func end() {
    settle()
    check()
    askOnceMore()
    lookForNews()
  }

  /// All faults end, and time passes until nothing is left to be done.
  private func settle() {
    for one in story.nodes {
      for other in story.nodes { network.cut(from: one.name, to: other.name, false) }
    }
    for cluster in clusters.values { cluster.heal() }
    let copies = story.copies
    for node in story.nodes {
      nodes[node.name]?.disk.keyFiles.lacksAuthorityKey = false
      // A copy that was ended stays so.
      if !copies.contains(node.name) { nodes[node.name]?.start() }
    }
    // Longer than any connection is waited for, and than the longest pause between two pulls.
    world.run(for: .seconds(400))
  }

  private func check() {
    if ledger.open > 0 { found.append("\(ledger.open) questions have no answer") }
    for (name, row) in promised where !(nodes[name]?.holds(row) ?? false) {
      found.append("\(name) answered \(row.value) for \(row.tuple), and it is not on record")
    }
    for node in story.nodes { checkCopy(of: node) }
    if story.isWatched { checkLanes() }
  }

  /// No two stores of a level mint in one lane.
  private func checkLanes() {
    var holders: [String: String] = [:]
    for node in story.nodes {
      guard let running = nodes[node.name]?.node, let lease = running.lease, lease.stop == nil, let lane = lease.lane,
        isInOrder(node)
      else { continue }
      let place = "lane \(lane) of level \(lease.level)"
      if let other = holders[place] { found.append("\(other) and \(node.name) mint in \(place)") }
      holders[place] = node.name
    }
  }

  /// It stands in no federation, or is a member whose reports are answered.
  func isInOrder(_ node: Story.Node) -> Bool {
    guard story.isWatched, let running = nodes[node.name] else { return true }
    guard !running.hasRefused else { return false }
    guard let member = running.member else { return true }
    // A clock that was set back makes an old report one of the future.
    return member.reportedAt.map { (0..<90).contains(running.wall / 1000 - $0) } ?? false
  }

  /// Its questions and its copy reach the node above. The authority may answer the reports of one below a member that is revoked.
  func reachesUpstream(_ node: Story.Node) -> Bool { isInOrder(node) && !refusesUpstream(node) }

  /// Its list of revoked certificates names the one that its upstream has now.
  private func refusesUpstream(_ node: Story.Node) -> Bool {
    guard let running = nodes[node.name], let member = running.member,
      let upstream = nodes[member.membership.upstream.name.text],
      let certificate = try? upstream.disk.keyFiles.folder.certificate(),
      let lists = try? running.disk.keyFiles.folder.revocations()
    else { return false }
    return lists.contains { $0.contains(certificate.serial) }
  }

  private func isStopped(_ node: Story.Node) -> Bool { nodes[node.name]?.node?.lease?.stop != nil }

  private func checkCopy(of node: Story.Node) {
    guard node.syncEvery != nil, node.away != .offline, reachesUpstream(node), let copy = nodes[node.name]?.database,
      let upstream = node.upstreams.first.flatMap({ nodes[$0] })
    else { return }
    let lacking = upstream.rows.filter { !copy.hasCopied($0) }
    if let first = lacking.first {
      found.append("the copy of \(node.name) lacks \(lacking.count) rows: \(first.tuple) \(first.value)")
    }
    for floor in upstream.floors where copy.floor(of: floor.package).map({ $0 < floor.value }) ?? true {
      found.append("\(node.name) has not the floor \(floor.value.text) of \(floor.package)")
    }
  }

  /// Each node gives a new content a number, above all that it and the nodes above have answered. The lowest nodes are
  /// asked first, while the nodes above have no new numbers.
  private func askOnceMore() {
    let asked = story.nodes.filter { node in
      guard let running = nodes[node.name], running.isRunning, !running.hasRefused else { return false }
      return !node.isReadOnly && !node.isBitBake && !story.isInLoop(node)
    }
    for level in Set(asked.map(story.level)).sorted(by: >) {
      for node in asked where story.level(of: node) == level { askOnceMore(node) }
      world.run(for: .seconds(15))
    }
    world.run(for: .seconds(60))
  }

  private func askOnceMore(_ node: Story.Node) {
    let above = story.asked(from: node)
    let isGood = story.isGood(node) && story.isInTime(node) && ([node] + above).allSatisfy(reachesUpstream)
    let mayRefuse =
      isStopped(node)
      || node.away == .strict && (!isGood || above.contains { $0.away == .offline && !$0.upstreams.isEmpty })
    let bounds = isGood ? [node] + above : [node]
    for package in story.packages {
      let least = bounds.compactMap { ledger.greatest(of: package, at: story.file(of: $0.name)) }.max()
      ask(Story.Question(node: node.name, package: package, checksum: "last-\(node.name)")) { [self] answer in
        guard case .value(let text?) = answer else {
          if !mayRefuse { found.append("\(node.name) does not number a new content of \(package): \(answer)") }
          return
        }
        if let least, Dotted(text) <= least {
          found.append("\(node.name) has numbered \(text) of \(package) after \(least.parts)")
        }
      }
    }
  }

  /// What is new at the top is in the copies within seconds.
  private func lookForNews() {
    for node in story.nodes where node.upstreams.isEmpty && !node.isReadOnly {
      for package in story.packages { ask(Story.Question(node: node.name, package: package, checksum: "news")) }
    }
    world.run(for: .milliseconds(4_500))
    // BitBake's server is asked for everything at the end of each interval.
    for node in story.nodes
    where story.isGood(node) && !story.isInLoop(node)
      && !story.asked(from: node).contains(where: \.isStock)
    {
      checkCopy(of: node)
    }
  }
}

extension Story {
  /// The names of packages, in the order of their first question.
  fileprivate var packages: [String] {
    var found: [String] = []
    for timed in actions {
      if case .ask(let question) = timed.action, !found.contains(question.package) { found.append(question.package) }
    }
    return found
  }

  func isInLoop(_ node: Node) -> Bool { level(of: node) >= nodes.count }

  /// The nodes above one, the nearest first, as far as they are asked.
  func asked(from node: Node) -> [Node] {
    var above: [Node] = []
    var next = node
    while next.away != .offline, above.count < nodes.count, let upstream = next.upstreams.first,
      let node = nodes.first(where: { $0.name == upstream })
    {
      above.append(node)
      next = node
    }
    return above
  }

  /// The lines from a node to the top lose nothing, and carry pages of rows in time.
  func isGood(_ node: Node) -> Bool {
    links(among: [node] + asked(from: node)).allSatisfy { link in
      link.loss == 0 && link.bytesPerSecond >= 100_000 && link.delay <= .milliseconds(150)
    }
  }

  /// A question of a node is answered from the top within the deadlines of all nodes on its way, over new connections.
  func isInTime(_ node: Node) -> Bool {
    let path = [node] + asked(from: node)
    return path.indices.dropLast().allSatisfy { index in
      // A connection, its handshake and the question take a round trip each.
      let flights = links(among: Array(path[index...])).map { ($0.delay + $0.jitter) * 6 }
      // After a promotion the authority looks for the new primary first.
      let answer = path.last?.isOnPostgres == true ? Duration.seconds(1) : .milliseconds(100)
      return flights.reduce(answer, +) <= path[index].deadline
    }
  }

  private func links(among nodes: [Node]) -> [LinkSettings] {
    let names = Set(nodes.map(\.name))
    return links.filter { names.contains($0.one) && names.contains($0.other) }.map(\.settings)
  }
}
