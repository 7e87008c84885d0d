// SPDX-License-Identifier: Apache-2.0

/// Compares a database and its mark with what was answered from it. It has its own SQL and its own arithmetic, and nothing of
/// the store whose files it judges.
package struct DatabaseCheck: ~Copyable {
  private let database: PlainDatabase
  private let book: AnswerBook
  package private(set) var faults: [String] = []

  /// - Parameters:
  ///   - mark: the bytes of the mark; nil where there is none.
  /// - Returns: what is wrong.
  package static func faults(of path: String, mark: [UInt8]?, _ book: AnswerBook) -> [String] {
    do throws(PlainDatabase.Failure) {
      var check = DatabaseCheck(try PlainDatabase(path), book)
      try check.run()
      if let mark { try check.checkMark(String(decoding: mark, as: UTF8.self)) }
      return check.faults
    } catch {
      return [error.text]
    }
  }

  private init(_ database: consuming PlainDatabase, _ book: AnswerBook) {
    self.database = database
    self.book = book
  }

  private mutating func expect(_ isRight: Bool, _ fault: @autoclosure () -> String) {
    if !isRight { faults.append(fault()) }
  }

  private mutating func run() throws(PlainDatabase.Failure) {
    let pages = try database.ask("PRAGMA integrity_check(3)").compactMap { $0[0] }
    expect(pages == ["ok"], "SQLite: \(pages)")
    let tables = try database.tables()
    guard tables.isSuperset(of: ["PRMAIN", "headwater_store", "headwater_feed", "headwater_head"]) else {
      expect(book.answered.isEmpty && book.floors.isEmpty && book.identity == nil, "tables are missing: \(tables)")
      return
    }
    let identity = try text("SELECT value FROM headwater_store WHERE key = 'store'")
    expect(book.identity == nil || identity == book.identity, "it is another store: \(identity ?? "none")")
    let own = try rows("SELECT version, pkgarch, checksum, value FROM PRMAIN")
    checkOwn(own)
    try checkFeed(own)
    let floors = try checkFloors()
    try checkHeads(own, floors)
    try checkCopy(tables)
  }

  private func text(_ sql: String) throws(PlainDatabase.Failure) -> String? { try database.ask(sql).first?[0] }

  private func rows(_ sql: String) throws(PlainDatabase.Failure) -> [StoredRow] {
    try database.ask(sql).map(Self.row)
  }

  private static func row(_ columns: [String?]) -> StoredRow {
    let texts = columns.map { $0 ?? "" }
    return StoredRow(StoredTuple(StoredPackage(texts[0], texts[1]), texts[2]), texts[3])
  }

  // MARK: Own rows

  private mutating func checkOwn(_ own: [StoredRow]) {
    let found = Set(own)
    expect(found.count == own.count, "a row is there twice")
    for row in book.answered.subtracting(found).prefix(3) { faults.append("an answer is lost: \(row)") }
    for row in found where !book.asked.contains(row.tuple) { faults.append("no request wanted \(row)") }
    var holders: [StoredPackage: [String: String]] = [:]
    for row in own {
      let holder = holders[row.tuple.package]?[row.value]
      expect(holder == nil || holder == row.tuple.checksum, "a value has two checksums: \(row), \(holder ?? "")")
      holders[row.tuple.package, default: [:]][row.value] = row.tuple.checksum
    }
  }

  private mutating func checkFeed(_ own: [StoredRow]) throws(PlainDatabase.Failure) {
    let lines = try database.ask(
      "SELECT version, pkgarch, checksum, value, serial, origin FROM headwater_feed ORDER BY serial")
    for (index, line) in lines.enumerated() where line[4] != String(index + 1) {
      faults.append("serial \(index + 1) of the feed is \(line[4] ?? "NULL")")
      break
    }
    let mine = lines.filter { $0[5] != "copied" && $0[5] != "vanished" }.map(Self.row)
    expect(Set(mine).count == mine.count, "a row stands in the feed twice")
    expect(Set(mine) == Set(own), "the feed has \(mine.count) own rows, the table \(own.count)")
    let copied = lines.filter { $0[5] == "copied" }.map(Self.row)
    expect(Set(copied).count == copied.count, "a copied row stands in the feed twice")
  }

  // MARK: Floors and heads

  /// - Returns: the floor of each package.
  private mutating func checkFloors() throws(PlainDatabase.Failure) -> [StoredPackage: Number] {
    var (floors, digest): ([StoredPackage: Number], RunningDigest) = ([:], RunningDigest())
    let entries = try database.ask(
      "SELECT version, pkgarch, value, serial, digest FROM headwater_floor_feed ORDER BY serial")
    for (index, entry) in entries.enumerated() {
      let texts = entry.map { $0 ?? "" }
      digest.add([texts[0], texts[1], texts[2]])
      let package = StoredPackage(texts[0], texts[1])
      expect(texts[3] == String(index + 1), "serial \(index + 1) of the floors is \(texts[3])")
      expect(texts[4] == digest.hexadecimal, "the digest of floor \(texts[3]) is wrong")
      expect(book.askedFloors[package]?.contains(texts[2]) == true, "no request wanted the floor \(texts)")
      guard let value = Number(texts[2]) else { continue }
      expect(floors[package].map { $0 < value } ?? true, "a floor of \(package) is not above the one before")
      floors[package] = value
    }
    for (package, value) in book.floors {
      expect(floors[package].map { $0 >= value } ?? false, "a floor of \(package) is lost")
    }
    var heads: [StoredPackage: Number] = [:]
    for head in try database.ask("SELECT version, pkgarch, value FROM headwater_floor_head") {
      heads[StoredPackage(head[0] ?? "", head[1] ?? "")] = Number(head[2] ?? "")
    }
    expect(heads == floors, "the heads of floors do not fit their feed")
    return floors
  }

  private mutating func checkHeads(
    _ own: [StoredRow], _ floors: [StoredPackage: Number]
  ) throws(PlainDatabase.Failure) {
    let packages = Dictionary(grouping: own, by: \.tuple.package)
    var heads: Set<StoredPackage> = []
    for head in try database.ask("SELECT version, pkgarch, greatest, holder, tied, below_floor FROM headwater_head") {
      let package = StoredPackage(head[0] ?? "", head[1] ?? "")
      heads.insert(package)
      guard let recorded = head[2] else { continue }  // a package that no decision has looked at yet
      let numbers = (packages[package] ?? []).compactMap { row in Number(row.value).map { ($0, row.tuple.checksum) } }
      let greatest = numbers.map(\.0).max()
      expect(Number(recorded) == greatest, "the head of \(package) is \(recorded)")
      let holders = Set(numbers.filter { $0.0 == greatest }.map(\.1))
      expect(head[3].map(holders.contains) ?? false, "the holder of \(package) is \(head[3] ?? "NULL")")
      expect((head[4] == "1") == (holders.count > 1), "the head of \(package) is tied or not")
      let isBelow = greatest.flatMap { greatest in floors[package].map { greatest < $0 } } ?? false
      expect((head[5] == "1") == isBelow, "the head of \(package) is below its floor or not")
    }
    expect(heads.isSuperset(of: packages.keys), "a package has no head")
  }

  // MARK: The copy

  private mutating func checkCopy(_ tables: Set<String>) throws(PlainDatabase.Failure) {
    let position = try text("SELECT value FROM headwater_store WHERE key = 'note: position'")
    let copy = try checkCopy(position, "headwater_copy", isThere: tables.contains("headwater_copy"))
    if let copied = book.copied {
      expect(
        copy.map { ($0.generation, $0.serial) >= copied } ?? false,
        "the copy was at \(copied), and is at \(position ?? "no position")")
    }
    guard tables.contains("headwater_copy_next") else { return }
    let fresh = try text("SELECT value FROM headwater_store WHERE key = 'note: fresh position'")
    _ = try checkCopy(fresh, "headwater_copy_next", isThere: true)
  }

  /// A copy has the rows of the upstream up to its position, and no other.
  private mutating func checkCopy(
    _ position: String?, _ table: String, isThere: Bool
  ) throws(PlainDatabase.Failure) -> (generation: Int, serial: Int)? {
    let found = isThere ? try rows("SELECT version, pkgarch, checksum, value FROM \(table)") : []
    guard let position else {
      expect(found.isEmpty, "\(table) has rows without a position")
      return nil
    }
    let words = position.split(separator: " ").map(String.init)
    guard words.count == 4, let generation = Int(words[1]), let serial = Int(words[2]),
      book.upstream.indices.contains(generation), serial <= book.upstream[generation].count
    else {
      faults.append("\(table) is at \(position), which is no place of its upstream")
      return nil
    }
    let rows = book.upstream[generation].prefix(serial)
    var digest = RunningDigest()
    for row in rows { digest.add(row) }
    expect(words[3] == digest.hexadecimal, "the digest of \(table) is wrong")
    expect(Set(found) == Set(rows), "\(table) has \(found.count) rows, its upstream \(rows.count)")
    return (generation, serial)
  }

  // MARK: The mark

  /// The mark claims no row that is not there.
  private mutating func checkMark(_ text: String) throws(PlainDatabase.Failure) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count == 6, lines[0] == "headwater mark 1" else {
      faults.append("the mark is no mark: \(text)")
      return
    }
    let seal = RunningDigest.sha256(of: Array(lines.prefix(4).map { "\($0)\n" }.joined().utf8))
    expect(lines[4] == "seal \(seal)", "the seal of the mark is wrong")
    expect(book.identity == nil || lines[1] == "store \(book.identity ?? "")", "the mark is of another store")
    let (base, last) = (lines[2].split(separator: " "), lines[3].split(separator: " "))
    guard base.count == 3, last.count == 3, let first = Int(base[1]), let end = Int(last[1]),
      var digest = RunningDigest(hexadecimal: String(base[2]))
    else {
      faults.append("the mark has no places: \(text)")
      return
    }
    let rows = try rows(
      """
      SELECT version, pkgarch, checksum, value FROM headwater_feed WHERE serial > \(first) AND serial <= \(end)
      ORDER BY serial
      """)
    for row in rows { digest.add(row) }
    expect(rows.count == end - first, "the mark claims \(end) rows, and the feed ends before")
    expect(digest.hexadecimal == last[2], "the digest of the mark is wrong")
  }
}
