// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed

@testable import PRNode

/// Nodes that ask each other, and a queue of what may happen next. The order is the seed's.
final class Federation {
  let shape: FederationShape
  let fault: Fault?
  var numbers: SeededNumbers
  private(set) var nodes: [SimulatedNode] = []
  private(set) var story: [Event] = []
  private(set) var violation: Violation?
  private(set) var isImporting = false
  private(set) var isRaising = false
  private var laws: Laws
  private var queue: [(process: SimulatedProcess, life: Int, body: () -> Void)] = []
  private var isUndisturbed = false
  /// The node that pulls with nothing else under way.
  private var syncing: Int?

  init(_ shape: FederationShape, numbers: SeededNumbers = Seed(0).numbers, fault: Fault? = nil) {
    var shape = shape
    if fault == .sharesLane { for index in shape.places.indices { shape.places[index].lane = .only } }
    self.shape = shape
    self.fault = fault
    self.numbers = numbers
    laws = Laws(
      shape.places.map {
        Laws.Place(
          parent: $0.parent, level: $0.level, lane: $0.lane.index, lanes: $0.lane.count,
          knowsLevel: $0.knowsLevel || $0.level <= 1, isReadOnly: $0.isReadOnly, predicts: $0.onMiss == .predict)
      })
    for (index, place) in shape.places.enumerated() {
      nodes.append(SimulatedNode(index, below: place.parent.map { nodes[$0] }, place, in: self))
    }
  }

  func note(_ event: Event) {
    guard violation == nil else { return }
    story.append(event)
    violation = laws.see(event)
  }

  // MARK: What happens next

  func post(_ process: SimulatedProcess, _ body: @escaping () -> Void) {
    queue.append((process, process.life, body))
  }

  /// Lets one thing happen, any of those that can.
  func step() {
    guard !queue.isEmpty else { return }
    queue.swapAt(.random(in: queue.indices, using: &numbers), queue.count - 1)
    let next = queue.removeLast()
    if next.life == next.process.life { next.body() }
  }

  /// Lets everything happen that is under way.
  func settle() { while !queue.isEmpty { step() } }

  /// Whether a deadline may pass before the answer to a question is there.
  func losesPatience() -> Bool { !isUndisturbed && Int.random(in: 0..<8, using: &numbers) == 0 }

  /// How much time passes between two events.
  func timePasses() -> Duration { isUndisturbed ? .zero : .seconds(Int.random(in: 0...3, using: &numbers)) }

  /// Does something with nothing else under way.
  func undisturbed(_ body: () -> Void) {
    settle()
    isUndisturbed = true
    body()
    settle()
    isUndisturbed = false
  }

  // MARK: What clients and operators do

  /// Puts a question to one of a node's processes. The answer comes when the queue has got to it.
  func ask(_ question: Question, at index: Int, process: Int = 0, answer: @escaping (String?) -> Void = { _ in }) {
    let node = nodes[index]
    let process = node.processes[process]
    note(
      .asked(
        question, at: index,
        Circumstances(
          isUndisturbed: isUndisturbed, reachesTop: node.reachesTop, isCutOff: node.isCutOff,
          isStrict: node.away == .strict)))
    let settle: (Result<Revision?, SimulatedProcess.Refused>) -> Void = { [unowned self] outcome in
      switch outcome {
      case .success(let value): note(.answered(question, at: index, value: value?.text))
      case .failure(.refused(.overflow, _)): note(.refused(question, at: index, overflow: true))
      case .failure: note(.refused(question, at: index, overflow: false))
      }
      answer(try? outcome.get()?.text)
    }
    let tuple = TupleKey(version: question.package, pkgarch: "all", checksum: question.checksum)
    switch question.kind {
    case .get: process.allocate(tuple, History(kept: question.isKept)) { settle($0.map(Optional.some)) }
    case .predict: process.predict(tuple, History(kept: question.isKept)) { settle($0.map(Optional.some)) }
    case .test: process.value(of: tuple, History(kept: question.isKept), answer: settle)
    case .max: process.greatest(of: tuple.package, answer: settle)
    }
  }

  /// Asks with nothing else under way.
  ///
  /// - Returns: nil for no value, and where the request is refused.
  @discardableResult
  func answer(_ question: Question, at index: Int) -> String? {
    var told: String?
    undisturbed { ask(question, at: index) { told = $0 } }
    return told
  }

  /// - Returns: false when another checksum has the value there.
  @discardableResult
  func importOne(_ row: TextRow, at index: Int) -> Bool {
    guard let value = Revision(row.value) else { return false }
    isImporting = true
    defer { isImporting = false }
    return nodes[index].processes[0].record(
      TupleKey(version: row.package, pkgarch: "all", checksum: row.checksum), value)
  }

  /// An operator raises the floor of a package.
  func raise(_ package: String, to value: String, at index: Int) {
    guard let value = Revision(value) else { return }
    isRaising = true
    defer { isRaising = false }
    nodes[index].records.raise(Floor(package: PackageKey(version: package, pkgarch: "all"), value: value))
  }

  /// Brings rows of the upstream into a node's copy, with nothing else under way.
  func sync(_ index: Int, process: Int = 0) {
    undisturbed {
      syncing = index
      nodes[index].processes[process].follow()
    }
    syncing = nil
  }

  /// The copy of a node is said to hold all that the upstream has. With other things under way the upstream may have more.
  func copyIsWhole(_ index: Int) { if syncing == index { note(.copyIsWhole(at: index)) } }

  func restore(_ index: Int, _ backup: MemoryRecords.Contents) {
    let node = nodes[index]
    node.restore(backup)
    func rows(_ entries: [PackageKey: [MemoryRecords.Entry]]) -> [TextRow] {
      entries.sorted { $0.key < $1.key }.flatMap { package, entries in
        entries.map { TextRow(package: package.version, checksum: $0.checksum, value: $0.value.text) }
      }
    }
    note(
      .restored(
        at: index,
        Backup(
          own: rows(backup.own), copied: rows(backup.copied),
          bounds: backup.bounds.map { ($0.key.version, $0.value.text) },
          floors: Dictionary(backup.floors.map { ($0.floor.package.version, $0.floor.value.text) }) { $1 }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) })))
  }

  func cut(_ index: Int, _ isCut: Bool = true) {
    nodes[index].isCut = isCut
    note(.remark("node \(index) \(isCut ? "loses" : "has") its upstream"))
  }

  func restart(_ index: Int, process: Int) {
    nodes[index].processes[process].restart()
    note(.remark("process \(process) of node \(index) begins again"))
  }
}
