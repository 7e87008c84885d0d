// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStoreMemory

/// Which numbers may name two contents without a fault: those of databases by hand before they join, those that a restored database has
/// lost, and those that a restored or copied one mints until it was stopped, or has another lane. No other number may.
struct MintDoubt {
  private var records: [Record] = []
  /// Files that stand in no federation.
  private var byHand: Set<String>

  private struct Record {
    let file: String
    /// Numbers that are not in it are in doubt.
    let start: MemoryDatabase
    /// When that has ended; nil while it goes on.
    var end: MemoryDatabase?
    /// Nil until a process has shown it.
    var lane: Lane?
    /// A copy goes on where it is the only one: it must be stopped or relaned.
    let isCopy: Bool
  }

  /// - Parameter files: that have not joined, by the names of their nodes.
  init(_ files: Set<String>) { byHand = files }

  /// A database has joined.
  mutating func joined(_ file: String, _ node: SimulatedNode) {
    guard byHand.remove(file) != nil else { return }
    add(Record(file: file, start: MemoryDatabase(), end: node.backUp(), lane: nil, isCopy: false))
  }

  /// Both mint in one lane until they were stopped. To be called before the database is copied.
  mutating func copied(from file: String, to copy: String, _ nodes: [String: SimulatedNode]) {
    guard let original = nodes[file] else { return }
    // What the copy takes the place of is gone.
    if let lost = nodes[copy]?.backUp() {
      for index in records.indices where records[index].file == copy && records[index].end == nil {
        records[index].end = lost
      }
      add(Record(file: copy, start: MemoryDatabase(), end: lost, lane: nil, isCopy: false))
    }
    byHand.remove(copy)
    for name in [file, copy] {
      records.append(
        Record(file: name, start: original.backUp(), lane: original.node?.lease?.lane, isCopy: true))
    }
  }

  /// - Parameter before: what the database held.
  mutating func restored(_ file: String, to backup: MemoryDatabase, before: MemoryDatabase, lane: Lane?) {
    add(Record(file: file, start: backup, end: before, lane: nil, isCopy: false))
    if !byHand.contains(file) { add(Record(file: file, start: backup, lane: lane, isCopy: false)) }
  }

  private mutating func add(_ record: Record) { records.append(record) }

  /// Ends what has ended. To be called when a node has answered.
  mutating func look(_ file: String, _ node: SimulatedNode) {
    guard let lease = node.node?.lease else { return }
    for index in records.indices where records[index].file == file && records[index].end == nil {
      if records[index].lane == nil { records[index].lane = lease.lane }
      let record = records[index]
      let isKnown = !record.isCopy && node.member?.reportedAt != nil
      if lease.stop != nil || lease.lane != record.lane || isKnown { records[index].end = node.backUp() }
    }
  }

  /// Whether a number may name two contents.
  func excuses(_ package: String, _ value: String, _ nodes: [String: SimulatedNode]) -> Bool {
    func has(_ database: MemoryDatabase?, besides start: MemoryDatabase) -> Bool {
      database?.rows.contains { row in
        row.tuple.package.version == package && row.value == value && database?.holds(row) == true && !start.holds(row)
      } ?? false
    }
    let empty = MemoryDatabase()
    return byHand.contains { has(nodes[$0]?.database, besides: empty) }
      || records.contains { has($0.end ?? nodes[$0.file]?.database, besides: $0.start) }
  }
}
