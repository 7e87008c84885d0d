// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore

/// Sorts the entries of a release in temporary files. Memory holds a run of them, however many there are; those that come in
/// their order are one run.
struct EntrySorter {
  private let folder: URL
  private let name: String
  private var waiting: [ReleaseEntry] = []
  private var ended: [TextSpool] = []
  /// The run that is being written, and its last entry.
  private var open: (spool: TextSpool, last: ReleaseEntry)?

  private static let longestRun = 1 << 15

  /// - Parameter name: one that no other file of the folder begins with.
  init(in folder: URL, named name: String) {
    self.folder = folder
    self.name = name
  }

  mutating func add(_ entry: ReleaseEntry) throws {
    waiting.append(entry)
    if waiting.count >= Self.longestRun { try flush() }
  }

  private mutating func flush() throws {
    waiting.sort()
    guard let first = waiting.first, let last = waiting.last else { return }
    if let run = open, first < run.last {
      ended.append(run.spool)
      try ended[ended.count - 1].finish()
      open = nil
    }
    var spool = try open?.spool ?? TextSpool(in: folder, named: "\(name)-\(ended.count)")
    for entry in waiting { try spool.append(entry.record) }
    open = (spool, last)
    waiting.removeAll(keepingCapacity: true)
  }

  /// The entries in their order.
  mutating func finish() throws -> SortedEntries {
    try flush()
    waiting = []
    if let run = open {
      ended.append(run.spool)
      try ended[ended.count - 1].finish()
      open = nil
    }
    return try SortedEntries(ended.map { try $0.records(of: ReleaseEntry.fields) })
  }
}

/// Sorted runs, merged.
struct SortedEntries {
  /// The runs that are not at their end, each with its next entry. The least one is the first of the heap.
  private var heap: [(next: ReleaseEntry, run: TextSpoolReader)] = []

  fileprivate init(_ runs: [TextSpoolReader]) throws {
    for var run in runs {
      guard let entry = try ReleaseEntry.read(from: &run) else { continue }
      heap.append((entry, run))
    }
    // Sorted, so that it is a heap.
    heap.sort { $0.next < $1.next }
  }

  /// The next entry; nil after the last.
  mutating func next() throws -> ReleaseEntry? {
    guard let entry = heap.first?.next else { return nil }
    if let following = try ReleaseEntry.read(from: &heap[0].run) {
      heap[0].next = following
    } else {
      heap[0] = heap[heap.count - 1]
      heap.removeLast()
    }
    sink()
    return entry
  }

  /// Brings the first of the heap to its place.
  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].next < heap[least].next {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}

extension ReleaseEntry {
  fileprivate static let fields = 5

  fileprivate var record: [String] {
    switch place {
    case .floor(let package): ["floor", package.version, package.pkgarch, "", value]
    case .content(let tuple): ["row", tuple.package.version, tuple.package.pkgarch, tuple.checksum, value]
    }
  }

  /// - Returns: nil after the last.
  fileprivate static func read(from run: inout TextSpoolReader) throws -> ReleaseEntry? {
    guard let texts = try run.next() else { return nil }
    guard texts.count == fields else { throw run.unreadable }
    let package = PackageKey(version: texts[1], pkgarch: texts[2])
    return ReleaseEntry(
      place: texts[0] == "floor" ? .floor(package) : .content(TupleKey(package: package, checksum: texts[3])),
      value: texts[4])
  }
}
