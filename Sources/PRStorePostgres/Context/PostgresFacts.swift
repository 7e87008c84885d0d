// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRFederation
  import PRRevision
  import PRStore

  /// What the rules need of a tuple and its package, fetched for many tuples by one statement.
  enum PostgresFacts {
    static let fetch = PostgresStatement(
      "facts",
      """
      SELECT head.value, head.checksum,
        head.twin > 0 AND EXISTS (SELECT 1 FROM headwater.feed o WHERE o.package = t.package AND o.number = head.number
          AND o.checksum <> head.checksum),
        (SELECT value FROM headwater.floor f WHERE f.package = t.package ORDER BY serial DESC LIMIT 1),
        (SELECT value FROM headwater.feed l WHERE l.tuple = t.tuple AND l.number IS NOT NULL ORDER BY l.number LIMIT 1),
        (SELECT value FROM headwater.feed g WHERE g.tuple = t.tuple AND g.number IS NOT NULL
          ORDER BY g.number DESC LIMIT 1)
      FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY AS t(package, tuple, place)
      LEFT JOIN LATERAL (SELECT value, checksum, number, twin FROM headwater.feed f
        WHERE f.package = t.package AND f.number IS NOT NULL ORDER BY f.number DESC, f.twin DESC LIMIT 1) head ON true
      ORDER BY t.place
      """)

    static func parameters(_ tuples: [TupleKey]) -> [PostgresParameter] {
      [.bytesList(tuples.map { PostgresKeys.package($0.package) }), .bytesList(tuples.map(PostgresKeys.tuple))]
    }

    /// Where the feed ends, and whether the store is stopped. Within the write lane it is locked until the commit.
    static let end = PostgresStatement("end", "SELECT serial, digest, \(stop) FROM headwater.feed_end")
    static let lockedEnd = PostgresStatement(
      "locked end", "SELECT serial, digest, \(stop) FROM headwater.feed_end FOR UPDATE OF feed_end")
    private static let stop = "(SELECT value FROM headwater.store WHERE key = '\(PostgresSchema.Key.stop)')"
  }

  /// A row that a transaction adds.
  struct PostgresNewRow {
    let row: Row
    let value: Revision
    let twin: Int32
    let provenance: Provenance
    /// Behind it.
    let end: FeedPoint
  }

  /// What is known of packages and tuples within one transaction, with what it adds.
  struct PostgresWorkingSet {
    struct Package {
      var head: PackageHead?
      var floor: Revision?
    }

    private(set) var packages: [PackageKey: Package] = [:]
    private(set) var values: [TupleKey: ToldValues] = [:]
    private(set) var rows: [PostgresNewRow] = []
    private(set) var floors: [FloorEntry] = []
    /// Of the packages of ``rows``, where their rows stand in it.
    private var places: [PackageKey: [Int]] = [:]
    /// What was kept or forgotten.
    private(set) var notes: [StoreMetadata: String?] = [:]
    /// Nil where it was not read.
    var register: PostgresRegister?
    /// Where the feed ends, the added rows included.
    private(set) var end = FeedPoint.start
    private var journal: [Change] = []

    private enum Change {
      case row(head: PackageHead?, values: ToldValues?, end: FeedPoint)
      case floor(Revision?)
      case note(StoreMetadata, before: String??)
      case register(before: Register?)
    }

    init(end: FeedPoint = .start) { self.end = end }

    /// Whether there is something to write.
    var isChanged: Bool { !rows.isEmpty || !floors.isEmpty || !notes.isEmpty || changesRegister }

    var changesRegister: Bool { register.map { $0.current != $0.stored } ?? false }

    // MARK: What was fetched

    mutating func take(_ tuples: [TupleKey], _ reply: PostgresReply) {
      for (index, tuple) in tuples.enumerated() where index < reply.count {
        if packages[tuple.package] == nil {
          let head = reply.optionalText(index, 0).flatMap { Revision($0) }.map {
            PackageHead(greatest: $0, holder: reply.text(index, 1), isTied: reply.flag(index, 2))
          }
          packages[tuple.package] = Package(head: head, floor: reply.optionalText(index, 3).flatMap { Revision($0) })
        }
        if values[tuple] == nil {
          let ends = [4, 5].compactMap { reply.optionalText(index, $0).flatMap { Revision($0) } }
          values[tuple] = ToldValues(ends)
        }
      }
    }

    // MARK: What is added

    /// The rows of a package that this transaction adds.
    func rows(of package: PackageKey) -> [PostgresNewRow] { (places[package] ?? []).map { rows[$0] } }

    /// Adds a row of a tuple that was fetched.
    ///
    /// - Parameter text: the spelling of the value; nil for its own.
    mutating func add(
      _ tuple: TupleKey, _ value: Revision, text: String? = nil, twin: Int32, _ provenance: Provenance
    ) {
      let row = Row(tuple: tuple, value: text ?? value.text)
      journal.append(.row(head: packages[tuple.package]?.head, values: values[tuple], end: end))
      end.pass(row)
      places[tuple.package, default: []].append(rows.count)
      rows.append(PostgresNewRow(row: row, value: value, twin: twin, provenance: provenance, end: end))
      if packages[tuple.package, default: Package()].head?.include(value, of: tuple.checksum) == nil {
        packages[tuple.package]?.head = PackageHead(greatest: value, holder: tuple.checksum, isTied: false)
      }
      values[tuple] = ToldValues((values[tuple]?.values ?? []) + [value])
    }

    /// Raises the floor of a package that was fetched.
    mutating func add(_ floor: FloorEntry) {
      journal.append(.floor(packages[floor.floor.package]?.floor))
      floors.append(floor)
      packages[floor.floor.package, default: Package()].floor = floor.floor.value
    }

    mutating func keep(_ note: StoreMetadata, _ text: String?) {
      journal.append(.note(note, before: notes[note]))
      notes[note] = .some(text)
    }

    /// Changes the register, which was read.
    mutating func keep(_ changed: Register) {
      journal.append(.register(before: register?.current))
      register?.current = changed
    }

    // MARK: Undoing

    /// A point to return to.
    var savepoint: Int { journal.count }

    /// Undoes what came after a point.
    mutating func roll(back savepoint: Int) {
      while journal.count > savepoint, let change = journal.popLast() {
        switch change {
        case .row(let head, let values, let end):
          guard let row = rows.popLast()?.row else { return }
          _ = places[row.tuple.package]?.popLast()
          packages[row.tuple.package]?.head = head
          self.values[row.tuple] = values
          self.end = end
        case .floor(let before):
          guard let floor = floors.popLast() else { return }
          packages[floor.floor.package]?.floor = before
        case .note(let note, let before): notes[note] = before
        case .register(let before): register?.current = before
        }
      }
    }
  }
#endif
