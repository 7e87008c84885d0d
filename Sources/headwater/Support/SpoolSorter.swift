// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A record that can be sorted in temporary files.
protocol SpoolRecord: Comparable, Sendable {
  /// How many texts it has.
  static var fields: Int { get }
  var texts: [String] { get }
  /// The length of the texts, in bytes.
  var size: Int { get }

  /// - Returns: nil for texts that are no record.
  init?(texts: [String])

  /// Whether it says nothing beside the record in front of it in their order. It is left out then.
  func isCovered(by former: Self) -> Bool
}

/// Sorts records in temporary files. Memory holds a run of them, however many there are and however long; those that come in
/// their order are one run.
struct SpoolSorter<Record: SpoolRecord>: Sendable {
  private let folder: URL
  private let name: String
  private var waiting: [Record] = []
  /// Of the texts that are waiting, in bytes.
  private var size = 0
  private var ended: [TextSpool] = []
  private var filesMade = 0
  /// The run that is being written, and its last record.
  private var open: (spool: TextSpool, last: Record)?

  private static var longestRun: Int { 1 << 15 }
  /// In bytes.
  private static var largestRun: Int { 16 << 20 }
  /// All of them are read at the same time.
  private static var maximumRuns: Int { 32 }

  /// - Parameter name: one that no other file of the folder begins with.
  init(in folder: URL, named name: String) {
    self.folder = folder
    self.name = name
  }

  mutating func add(_ record: Record) throws {
    waiting.append(record)
    size += record.size
    if waiting.count >= Self.longestRun || size >= Self.largestRun { try flush() }
  }

  /// Writes what is left. Records can be read from then on.
  mutating func finish() throws {
    try flush()
    try endRun()
    waiting = []
  }

  /// The records in their order. Of two that are alike, the one that was added first comes first.
  func records() throws -> SortedRecords<Record> { try SortedRecords(ended.map { try $0.records(of: Record.fields) }) }

  private mutating func flush() throws {
    waiting.sort()
    guard let first = waiting.first else { return }
    if let run = open, first < run.last { try endRun() }
    var (spool, last) = (try open?.spool ?? newFile(), open?.last)
    for record in waiting {
      if let last, record.isCovered(by: last) { continue }
      try spool.append(record.texts)
      last = record
    }
    if let last { open = (spool, last) }
    waiting.removeAll(keepingCapacity: true)
    size = 0
  }

  private mutating func endRun() throws {
    guard var run = open?.spool else { return }
    open = nil
    try run.finish()
    ended.append(run)
    guard ended.count >= Self.maximumRuns else { return }
    var merged = try newFile()
    var records = try records()
    while let record = try records.next() { try merged.append(record.texts) }
    try merged.finish()
    for run in ended { run.remove() }
    ended = [merged]
  }

  private mutating func newFile() throws -> TextSpool {
    filesMade += 1
    return try TextSpool(in: folder, named: "\(name)-\(filesMade)")
  }
}

/// Sorted runs, merged.
struct SortedRecords<Record: SpoolRecord> {
  private struct Run {
    var next: Record
    var reader: TextSpoolReader
    let number: Int

    func isBefore(_ other: Run) -> Bool {
      next < other.next || (number < other.number && !(other.next < next))
    }
  }

  /// The runs that are not at their end, each with its next record. The least one is the first of the heap.
  private var heap: [Run] = []
  private var last: Record?

  fileprivate init(_ readers: [TextSpoolReader]) throws {
    for (number, var reader) in readers.enumerated() {
      guard let record = try Self.read(&reader) else { continue }
      heap.append(Run(next: record, reader: reader, number: number))
    }
    // Sorted, so that it is a heap.
    heap.sort { $0.isBefore($1) }
  }

  /// The next record; nil after the last.
  mutating func next() throws -> Record? {
    while let record = heap.first?.next {
      if let following = try Self.read(&heap[0].reader) {
        heap[0].next = following
      } else {
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
      }
      sink()
      if let last, record.isCovered(by: last) { continue }
      last = record
      return record
    }
    return nil
  }

  /// Brings the first of the heap to its place.
  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private static func read(_ reader: inout TextSpoolReader) throws -> Record? {
    guard let texts = try reader.next() else { return nil }
    guard let record = Record(texts: texts) else { throw reader.unreadable }
    return record
  }
}
