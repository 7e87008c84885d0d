// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import TestSeed

/// A random federation's random story.
extension Federation {
  convenience init(_ seed: Seed, fault: Fault? = nil) {
    var numbers = seed.numbers
    self.init(FederationShape(&numbers), numbers: numbers, fault: fault)
  }

  func live(steps: Int) {
    for _ in 0..<steps {
      guard violation == nil else { return }
      if chance(40) {
        undisturbed { act() }
      } else {
        act()
        for _ in 0..<Int.random(in: 0...6, using: &numbers) { step() }
      }
    }
    settle()
  }

  private func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &numbers) < percent }

  private func act() {
    let index = Int.random(in: nodes.indices, using: &numbers)
    let node = nodes[index]
    switch Int.random(in: 0..<100, using: &numbers) {
    case ..<2: raiseSomething(at: index)
    case ..<47: ask(question(.get), at: index, process: anyProcess(of: node))
    case ..<50: ask(question(.predict), at: index, process: anyProcess(of: node))
    case ..<57: ask(question(.test), at: index, process: anyProcess(of: node))
    case ..<60: ask(Question(kind: .max, package: package()), at: index, process: anyProcess(of: node))
    case ..<65: importSomething(at: index)
    case ..<70 where index > 0: cut(index, chance(40))
    case ..<77 where index > 0: follow(node)
    case ..<84 where index > 0: sync(index, process: anyProcess(of: node))
    case ..<86:
      node.away = index == 0 || chance(60) ? .fallback : chance(50) ? .strict : .offline
      note(.remark("node \(index) is \(node.away) from now on"))
      for process in node.processes.indices { restart(index, process: process) }
    case ..<87: raiseSomething(at: index)
    case ..<88: restart(index, process: anyProcess(of: node))
    case ..<92:
      node.backUp()
      note(.remark("node \(index) is backed up"))
    default: restoreSomething()
    }
  }

  private func follow(_ node: SimulatedNode) { node.processes[anyProcess(of: node)].follow() }

  private func anyProcess(of node: SimulatedNode) -> Int { .random(in: node.processes.indices, using: &numbers) }

  private func package() -> String { "p\(Int.random(in: 0..<shape.packages, using: &numbers))" }

  private func checksum() -> String { String("abcdef".prefix(shape.checksums).randomElement(using: &numbers)!) }

  private func question(_ kind: Question.Kind) -> Question {
    Question(kind: kind, package: package(), checksum: checksum(), isKept: chance(30))
  }

  private func importSomething(at index: Int) {
    let place = shape.places[index]
    var parts: [UInt64]
    switch shape.imports {
    case .none: return
    case .ofOwnKind:
      parts = (0...place.level).map { _ in .random(in: 0...4, using: &numbers) }
      parts[place.level] = place.lane.index + place.lane.count * .random(in: 0...3, using: &numbers)
    case .any:
      parts = (0..<Int.random(in: 1...3, using: &numbers)).map { _ in .random(in: 0...5, using: &numbers) }
      if chance(4) { parts[parts.count - 1] = .max - .random(in: 0...1, using: &numbers) }
    }
    let value = (chance(10) ? "0" : "") + parts.map(String.init).joined(separator: ".")
    importOne(TextRow(package: package(), checksum: checksum(), value: value), at: index)
  }

  private func raiseSomething(at index: Int) {
    let parts = (0..<Int.random(in: 1...3, using: &numbers)).map { _ in Int.random(in: 0...6, using: &numbers) }
    raise(package(), to: parts.map(String.init).joined(separator: "."), at: index)
  }

  /// Restores a backup. The nodes below follow all the time, before and after.
  private func restoreSomething() {
    guard shape.restores != .none else { return }
    let candidates = nodes.filter { node in
      !node.backups.isEmpty && (shape.restores == .any || !shape.places.contains { $0.parent == node.index })
    }
    // What a restore takes away matters most to the nodes below.
    let above = candidates.filter { node in nodes.contains { $0.parent === node } }
    guard let node = (above.isEmpty || chance(30) ? candidates : above).randomElement(using: &numbers),
      let backup = chance(50) ? node.backups.first : node.backups.randomElement(using: &numbers)
    else { return }
    let below = nodes.filter { $0.parent === node }
    for child in below where chance(70) { follow(child) }
    settle()
    restore(node.index, backup)
    for child in below where chance(70) { follow(child) }
    guard chance(50) else { return }
    // A content that is new to the restored node may get a number that those below have seen on another one.
    let news = Question(kind: .get, package: package(), checksum: checksum(), isKept: true)
    for place in [node] + below {
      ask(news, at: place.index, process: anyProcess(of: place))
      settle()
    }
  }
}
