// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  /// The tables of a store, as one server has them.
  struct SimulatedTables {
    private(set) var isMade = false
    private(set) var feed: [FeedRow] = []
    private(set) var marks: [(serial: Int64, digest: [UInt8])] = []
    private(set) var floors: [FloorRow] = []
    private(set) var notes: [String: String] = [:]
    private(set) var end: (serial: Int64, digest: [UInt8])?
    /// Where the rows of a package and of a tuple stand in the feed, those without a number left out.
    private var packages: [[UInt8]: [Int]] = [:]
    private var tuples: [[UInt8]: [Int]] = [:]

    struct FeedRow {
      let serial: Int64
      /// Version, architecture, checksum and value.
      let names: [String]
      let package: [UInt8]
      let tuple: [UInt8]
      let number: [UInt8]?
      let twin: Int64
      let origin: String
      let asker: String?
      let at: Int64?
    }

    struct FloorRow {
      let serial: Int64
      /// Version, architecture and value.
      let names: [String]
      let package: [UInt8]
      let origin: String
      let source: String?
      let setter: String?
      let at: Int64
      let digest: [UInt8]
    }

    // MARK: Writing

    mutating func apply(_ record: SimulatedRecord) {
      if record.makesTables { isMade = true }
      for row in record.feed {
        if row.number != nil {
          packages[row.package, default: []].append(feed.count)
          tuples[row.tuple, default: []].append(feed.count)
        }
        feed.append(row)
      }
      marks += record.marks
      floors += record.floors
      for (key, value) in record.notes { notes[key] = value }
      for (key, value) in record.firstNotes where notes[key] == nil { notes[key] = value }
      if let end = record.end { self.end = end }
    }

    /// Whether a unique index has the row already.
    func refuses(_ row: FeedRow) -> Bool {
      if let last = feed.last, last.serial >= row.serial { return true }
      return rows(ofPackage: row.package).contains { $0.number == row.number && $0.twin == row.twin }
    }

    // MARK: Reading

    func rows(ofPackage package: [UInt8]) -> [FeedRow] { (packages[package] ?? []).map { feed[$0] } }

    func rows(ofTuple tuple: [UInt8]) -> [FeedRow] { (tuples[tuple] ?? []).map { feed[$0] } }

    /// The row with the greatest number of a package.
    func head(of package: [UInt8]) -> FeedRow? {
      rows(ofPackage: package).max { one, other in
        one.number == other.number ? one.twin < other.twin : Self.isLess(one, other)
      }
    }

    /// The packages, in the order of their hashes.
    var packageHashes: [[UInt8]] { packages.keys.sorted { $0.lexicographicallyPrecedes($1) } }

    static func isLess(_ one: FeedRow, _ other: FeedRow) -> Bool {
      (one.number ?? []).lexicographicallyPrecedes(other.number ?? [])
    }
  }

  /// What a transaction writes.
  struct SimulatedRecord {
    var makesTables = false
    var feed: [SimulatedTables.FeedRow] = []
    var marks: [(serial: Int64, digest: [UInt8])] = []
    var floors: [SimulatedTables.FloorRow] = []
    /// Nil where a note is deleted.
    var notes: [String: String?] = [:]
    /// Notes that are kept where there is none.
    var firstNotes: [String: String] = [:]
    var end: (serial: Int64, digest: [UInt8])?
    /// A message in the log that changes no table.
    var isBarrier = false

    /// Whether its commit must be on disk.
    var isEmpty: Bool {
      !makesTables && feed.isEmpty && marks.isEmpty && floors.isEmpty && notes.isEmpty && firstNotes.isEmpty
        && end == nil && !isBarrier
    }
  }
#endif
