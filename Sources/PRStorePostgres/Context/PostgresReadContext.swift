// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// The rows as a transaction has them: what was fetched beforehand, what the transaction adds, and for all else a question to the
  /// server.
  final class PostgresReadContext: ReadContext {
    var set = PostgresWorkingSet()
    let identity: String
    private let asks: any PostgresAsking

    init(_ asks: any PostgresAsking, of identity: String) {
      self.asks = asks
      self.identity = identity
    }

    /// Asks the server within the transaction.
    func ask(_ statement: PostgresStatement, _ parameters: PostgresParameter...) throws(StoreError) -> PostgresReply {
      try asks.ask(statement, parameters)
    }

    /// What goes through many rows asks before each of them.
    func checkTime() throws(StoreError) { if asks.isOver { throw .interrupted } }

    var isOver: Bool { asks.isOver }

    /// What an error names the store by.
    var path: String { asks.path }

    // MARK: The store's own rows

    func fetched(_ tuple: TupleKey) throws(StoreError) -> PostgresWorkingSet.Package {
      if set.values[tuple] == nil || set.packages[tuple.package] == nil {
        set.take([tuple], try asks.ask(PostgresFacts.fetch, PostgresFacts.parameters([tuple])))
      }
      return set.packages[tuple.package] ?? PostgresWorkingSet.Package()
    }

    func fetched(_ package: PackageKey) throws(StoreError) -> PostgresWorkingSet.Package {
      if let known = set.packages[package] { return known }
      return try fetched(TupleKey(package: package, checksum: ""))
    }

    func facts(for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?) throws(StoreError) -> LocalFacts {
      let known = try fetched(tuple)
      return try PostgresPackage(context: self, key: tuple.package, head: known.head)
        .facts(for: tuple.checksum, history, upstream: upstream, floor: known.floor)
    }

    func values(of tuple: TupleKey) throws(StoreError) -> ToldValues {
      // The least and the greatest of the lists are fetched with the facts; an answer to a node below has more of them.
      if try ends(of: tuple).isEmpty { return .none }
      let most = Int64(clamping: ToldValues.maximumOfEachEnd + 1)
      let reply = try ask(PostgresRows.values, .bytes(PostgresKeys.tuple(tuple)), .number(most))
      let stored = (0..<reply.count).compactMap { Revision(reply.text($0, 0)) }
      let added = set.rows(of: tuple.package).filter { $0.row.tuple == tuple }.map(\.value)
      return ToldValues(Set(stored + added))
    }

    /// The least and the greatest value.
    func ends(of tuple: TupleKey) throws(StoreError) -> ToldValues {
      _ = try fetched(tuple)
      return set.values[tuple] ?? .none
    }

    func greatest(of package: PackageKey) throws(StoreError) -> Revision? { try fetched(package).head?.greatest }

    func has(_ value: Revision, _ tuple: TupleKey) throws(StoreError) -> Bool {
      let ends = try ends(of: tuple)
      guard let least = ends.least, let greatest = ends.greatest, least <= value, value <= greatest else {
        return false
      }
      if value == least || value == greatest { return true }
      if set.rows(of: tuple.package).contains(where: { $0.value == value && $0.row.tuple == tuple }) { return true }
      return try ask(PostgresRows.has, .bytes(PostgresKeys.tuple(tuple)), .bytes(PostgresKeys.number(value))).flag(0, 0)
    }

    /// Whether a row is there, spelled like this.
    func holds(_ row: Row) throws(StoreError) -> Bool {
      if set.rows(of: row.tuple.package).contains(where: { $0.row == row }) { return true }
      return try ask(PostgresRows.place, .bytes(PostgresKeys.tuple(row.tuple)), .text(row.value)).count > 0
    }

    func holder(of value: Revision, besides tuple: TupleKey) throws(StoreError) -> String? {
      try PostgresPackage(context: self, key: tuple.package, head: try fetched(tuple.package).head)
        .holder(of: value, besides: tuple.checksum)
    }

    func unsettled(_ package: PackageKey) -> UnsettledPackage? { nil }

    // MARK: The copy of the upstream's rows: an authority has no upstream

    func copiedValues(of tuple: TupleKey) -> ToldValues { .none }
    func copiedRival(for value: Revision, of tuple: TupleKey) -> String? { nil }
    func greatestAbove(_ package: PackageKey) -> Revision? { nil }
    func copiedRows() -> Int { 0 }

    // MARK: Floors

    func floor(of package: PackageKey) throws(StoreError) -> Revision? { try fetched(package).floor }

    func floors(after serial: Int64, limit: Int) throws(StoreError) -> [FloorEntry] {
      let reply = try ask(PostgresFloors.page, .number(serial), .number(Int64(clamping: limit)))
      let stored = (0..<reply.count).compactMap { reply.floor($0) }
      return Array((stored + set.floors.filter { $0.serial > serial }).prefix(limit))
    }

    func lastFloor() throws(StoreError) -> FloorEntry? {
      if let last = set.floors.last { return last }
      let reply = try ask(PostgresFloors.last)
      return reply.count == 0 ? nil : reply.floor(0)
    }

    func floorStory(of package: PackageKey) throws(StoreError) -> [FloorEntry] {
      let reply = try ask(PostgresFloors.story, .bytes(PostgresKeys.package(package)))
      return (0..<reply.count).compactMap { reply.floor($0) } + set.floors.filter { $0.floor.package == package }
    }

    func floorCount() throws(StoreError) -> Int { Int(clamping: try ask(PostgresFloors.count).number(0, 0)) }

    func architectures() throws(StoreError) -> [String] {
      let reply = try ask(PostgresRows.architectures)
      return (0..<reply.count).map { reply.text($0, 0) }
    }

    // MARK: Notes

    func note(_ note: StoreMetadata) throws(StoreError) -> String? {
      // Digests over an earlier connection's rows may not hold: another server may have other rows.
      if note == .removals { return String(asks.connectionNumber) }
      if let kept = set.notes[note] { return kept }
      let reply = try ask(PostgresRows.note, .text(note.rawValue))
      return reply.count == 0 ? nil : reply.text(0, 0)
    }

    var hasRows: Bool { true }
    var emptyRows: Int { 0 }
  }

  /// What carries out the questions of a transaction.
  protocol PostgresAsking: AnyObject {
    func ask(_ statement: PostgresStatement, _ parameters: [PostgresParameter]) throws(StoreError) -> PostgresReply
    /// What an error names the store by.
    var path: String { get }
    /// Which connection answers.
    var connectionNumber: Int { get }
    /// The time of the read is over.
    var isOver: Bool { get }
  }

  /// The rows of a package for the rules.
  struct PostgresPackage: PackageRows {
    let context: PostgresReadContext
    let key: PackageKey
    let head: PackageHead?

    func values(of checksum: String) throws(StoreError) -> ToldValues {
      try context.ends(of: TupleKey(package: key, checksum: checksum))
    }

    func greatest(under ceiling: Revision) throws(StoreError) -> Revision? {
      let end = PostgresKeys.end(under: ceiling)
      let reply = try context.ask(
        PostgresRows.greatestUnder, .bytes(PostgresKeys.package(key)), .bytes(PostgresKeys.number(ceiling)),
        .bytes(end ?? []), .number(end == nil ? 0 : 1))
      let stored = reply.count == 0 ? nil : Revision(reply.text(0, 0))
      let added = context.set.rows(of: key).map(\.value).filter { $0.isUnder(ceiling) }.max()
      return [stored, added].compactMap(\.self).max()
    }

    func holder(of value: Revision, otherThan checksum: String) throws(StoreError) -> String? {
      // Most questions are for the greatest value, whose holder is known.
      if let head, head.greatest == value, !head.isTied {
        return head.isHeld(by: checksum) ? nil : head.holder
      }
      let reply = try context.ask(
        PostgresRows.holder, .bytes(PostgresKeys.package(key)), .bytes(PostgresKeys.number(value)), .text(checksum))
      let stored = reply.count == 0 ? nil : reply.text(0, 0)
      let added = context.set.rows(of: key).filter { row in
        row.value == value && !row.row.tuple.checksum.utf8.elementsEqual(checksum.utf8)
      }.map(\.row.tuple.checksum)
      return ([stored].compactMap(\.self) + added).min { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
  }
#endif
