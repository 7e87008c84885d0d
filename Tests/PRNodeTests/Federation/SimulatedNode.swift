// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision

/// One database with its processes, and the line to its upstream.
final class SimulatedNode {
  let index: Int
  let parent: SimulatedNode?
  let lane: Lane
  /// The level until the upstream has told another.
  let assumedLevel: Int
  /// The node stores no answers.
  let isReadOnly: Bool
  let onMiss: OnMiss
  var away: UpstreamAway
  var isCut = false
  let records: MemoryRecords
  private(set) var processes: [SimulatedProcess] = []
  private(set) var backups: [MemoryRecords.Contents] = []

  init(_ index: Int, below parent: SimulatedNode?, _ place: FederationShape.Place, in federation: Federation) {
    self.index = index
    self.parent = parent
    lane = place.lane
    assumedLevel = place.assumedLevel
    away = place.away
    isReadOnly = place.isReadOnly
    onMiss = place.onMiss
    records = MemoryRecords(fault: federation.fault) { [unowned federation] change in
      switch change {
      case .stored(let row): federation.note(.stored(row, at: index, imported: federation.isImporting))
      case .copied(let row): federation.note(.copied(row, at: index))
      case .copyDropped: federation.note(.copyDropped(at: index))
      case .floor(let package, let value):
        federation.note(
          .floor(package: package.version, value: value.text, at: index, isRaisedHere: federation.isRaising))
      case .bound(let package, let value):
        federation.note(.bound(package: package.version, value: value.text, at: index))
      }
    }
    if place.knowsLevel { records.keep(level: place.level) }
    processes = (0..<place.processes).map { _ in SimulatedProcess(self, of: federation) }
  }

  /// Whether every node up to the top can be asked.
  var reachesTop: Bool {
    guard let parent else { return true }
    return !isCutOff && parent.reachesTop
  }

  var isCutOff: Bool { parent != nil && (isCut || away == .offline) }

  func backUp() {
    backups.append(records.contents)
    if backups.count > 3 { backups.removeFirst() }
  }

  func restart() { for process in processes { process.restart() } }

  func restore(_ backup: MemoryRecords.Contents) {
    records.restore(backup)
    restart()
  }

  /// The name of its store.
  var store: String { "node-\(index)" }
}
