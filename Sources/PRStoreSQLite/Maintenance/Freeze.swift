// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Writes all that a node answers, own rows and copied ones, into one file that will never change.
package struct Freeze {
  private let source: DatabaseFile
  private let target: String
  private let environment: StoreEnvironment
  private var files: any StoreFiles { environment.files }

  package init(of path: String, to target: String, in environment: StoreEnvironment = .system) {
    source = DatabaseFile(path, on: environment.files)
    self.target = environment.files.absolutePath(target)
    self.environment = environment
  }

  /// Freezes the database as it is at one moment, while servers work on it.
  ///
  /// - Parameters:
  ///   - replaces: a file that is there already may be replaced.
  ///   - allowsDuplicates: a value may name two contents: what is frozen would answer it for both.
  ///   - allowsIncomplete: the copy of the upstream may lack rows, or there may be no row at all.
  ///   - time: now, in ISO 8601.
  package func run(
    replaces: Bool, allowsDuplicates: Bool = false, allowsIncomplete: Bool = false, time: String
  ) throws(StoreError) -> Manifest {
    try source.check(forWriting: false)
    guard target != source.path else { throw .unfit(path: target, detail: "the frozen file needs a name of its own") }
    let destination = DatabaseFile(target, on: files)
    if !replaces, try destination.exists() {
      throw .unfit(path: target, detail: "it is there already; name another file, or use --force")
    }
    guard try !destination.hasLog() else {
      throw .unfit(
        path: target, detail: "it is a database that is in use: \(target)-wal holds rows of it; name another file")
    }
    let partial = target + ".partial"
    remove(partial)
    defer { remove(partial) }
    if !allowsIncomplete { try refuseIncomplete() }
    var (manifest, duplicates) = try fill(partial)
    if !allowsIncomplete, manifest.rows == 0 {
      throw .unfit(
        path: source.path, detail: "it has no row to freeze; name another database, or use --allow-incomplete")
    }
    if !allowsDuplicates { try refuse(duplicates) }
    manifest.frozen = time
    manifest.sha256 = try FileDigest.sha256(of: partial, on: files)
    manifest.seal = manifest.expectedSeal
    try publish(partial, manifest)
    return manifest
  }

  /// The manifest goes last: until then the file does not fit, and no node serves it.
  func publish(_ partial: String, _ manifest: Manifest) throws(StoreError) {
    try? files.remove(Manifest.path(of: target))
    try settle(partial)
    try manifest.write(of: target, in: environment)
  }

  private func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm", "-journal"] { try? files.remove(path + suffix) }
  }

  /// What is frozen is answered for ever: a copy that is not whole would leave out what the upstream has.
  private func refuseIncomplete() throws(StoreError) {
    let from = try DatabaseOpening(StoreOptions(path: source.path, readOnly: true), in: environment).open()
    let connection = try Connection(
      path: source.path, on: files, access: from.readAccess, busy: .seconds(20), cache: 64)
    let reader = SQLiteReadContext(connection)
    guard try reader.copyState() == .begun else { return }
    throw .unfit(
      path: source.path,
      detail:
        "its copy of the upstream is not complete; serve it until the log says 'the copy holds all that the upstream "
        + "has', or use --allow-incomplete")
  }

  private func refuse(_ duplicates: [String]) throws(StoreError) {
    guard !duplicates.isEmpty else { return }
    let first = duplicates.prefix(3).joined(separator: ", ") + (duplicates.count > 3 ? ", …" : "")
    throw .unfit(
      path: source.path,
      detail: "the frozen file would answer one value for several contents: \(first); 'headwater audit' lists all; "
        + "have them numbered anew, or use --allow-duplicates")
  }

  /// - Returns: also the values that name several contents, with whose they are.
  private func fill(_ partial: String) throws(StoreError) -> (Manifest, duplicates: [String]) {
    let from = try DatabaseOpening(StoreOptions(path: source.path, readOnly: true), in: environment).open()
    let connection = try Connection(
      path: source.path, on: files, access: from.readAccess, busy: .seconds(20), cache: 8192)
    let reader = SQLiteReadContext(connection)
    // One read transaction: the position and the rows are of one moment.
    try connection.execute("BEGIN")
    let position = try connection.hasTable("headwater_feed") ? reader.lastPosition() : nil
    let opened = try DatabaseOpening(StoreOptions(path: partial, durability: .off), in: environment).open()
    guard let writer = opened.writer else { throw .readOnly(path: partial) }
    try writer.execute("BEGIN IMMEDIATE")
    try writer.setTriggers(on: false)
    try copyFloors(of: connection, to: writer)
    let (rows, duplicates) = try copyRows(from: reader, to: writer)
    if try connection.hasTable("headwater_feed") { try copyFeed(of: reader, to: writer) }
    if let position { try describe(writer, store: position.store, level: try reader.note(.level)) }
    try writer.execute("COMMIT")
    // One file, which nothing has to be replayed into.
    _ = try writer.text("PRAGMA wal_checkpoint(TRUNCATE)")
    guard try writer.text("PRAGMA journal_mode = DELETE") == "delete" else {
      throw .engine(path: partial, detail: "its log could not be taken in")
    }
    let manifest = Manifest(
      store: position?.store ?? "", serial: position?.serial ?? 0, digest: position?.digest.description ?? "",
      rows: rows)
    return (manifest, duplicates)
  }

  /// Rows come in the order of their keys, so that a package is known when the next begins.
  private func copyRows(from reader: SQLiteReadContext, to writer: Connection) throws(StoreError) -> (
    count: Int, [String]
  ) {
    let target = try FrozenRows(writer)
    var (count, cursor, duplicates) = (0, RowCursor?.some(.start), [String]())
    var rows: [Row] = []
    func finishPackage() throws(StoreError) {
      guard let package = rows.first?.tuple.package else { return }
      let kept = try Self.answered(rows, by: reader)
      duplicates += ValueHolders(kept).duplicates.map { value, checksums in
        "\(value) of \(package) (\(checksums.joined(separator: ", ")))"
      }
      try target.insert(kept, of: package)
      count += kept.count
      rows = []
    }
    while let start = cursor {
      let page = try reader.page(of: RowFilter(history: .kept), from: start, includesCopy: true, size: 4096)
      for row in page.rows {
        if rows.last?.tuple.package != row.tuple.package { try finishPackage() }
        rows.append(row)
      }
      cursor = page.next
    }
    try finishPackage()
    return (count, duplicates)
  }

  /// The rows of a package without those that its node does not answer, since the value belongs to another checksum and
  /// the tuple has a value of its own. A tuple that would be left without any keeps them.
  private static func answered(_ rows: [Row], by reader: SQLiteReadContext) throws(StoreError) -> [Row] {
    let shared = Set(ValueHolders(rows).duplicates.map(\.value))
    guard !shared.isEmpty else { return rows }
    var (claimed, content) = (Set<Row>(), Set<TupleKey>())
    for row in rows {
      guard let value = Revision(row.value) else { continue }
      if shared.contains(value), try !reader.has(value, row.tuple),
        try reader.rival(for: value, of: row.tuple) != nil
      {
        claimed.insert(row)
      } else {
        content.insert(row.tuple)
      }
    }
    return rows.filter { !claimed.contains($0) || !content.contains($0.tuple) }
  }

  /// What is frozen is the store it was: its followers may follow it here.
  private func describe(_ writer: Connection, store: String, level: String?) throws(StoreError) {
    let setValue = try writer.prepare("INSERT OR REPLACE INTO headwater_store (key, value) VALUES (?1, ?2)")
    for (key, value) in [("store", store), ("note: \(StoreMetadata.level.rawValue)", level)] {
      guard let value else { continue }
      setValue.bind(1, key)
      setValue.bind(2, value)
      try setValue.run()
    }
  }

  /// Before the rows, whose heads depend on them.
  private func copyFloors(of connection: Connection, to writer: Connection) throws(StoreError) {
    guard try connection.hasTable("headwater_floor_feed") else { return }
    let columns = "version, pkgarch, value, origin, source, setter, at, digest, serial"
    let read = try connection.prepare("SELECT \(columns) FROM headwater_floor_feed ORDER BY serial")
    let insert = try writer.prepare(
      "INSERT INTO headwater_floor_feed (\(columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
    while try read.step() {
      for column in [0, 1, 2, 3, 4, 5, 7] as [CInt] { insert.bind(column + 1, read.text(column)) }
      insert.bind(7, read.number(6))
      insert.bind(9, read.number(8))
      try insert.run()
    }
    try writer.execute(
      """
      INSERT INTO headwater_floor_head (version, pkgarch, value)
        SELECT version, pkgarch, value FROM headwater_floor_feed AS floor WHERE NOT EXISTS (
          SELECT 1 FROM headwater_floor_feed AS later WHERE later.version = floor.version
            AND later.pkgarch = floor.pkgarch AND later.serial > floor.serial)
      """)
  }

  /// The stories of the rows are frozen with them.
  private func copyFeed(of reader: SQLiteReadContext, to writer: Connection) throws(StoreError) {
    let read = try reader.connection.prepare(
      """
      SELECT serial, version, pkgarch, checksum, value, origin, asker, at FROM headwater_feed
      WHERE \(try reader.feedRows())
      """)
    let insert = try writer.prepare(
      """
      INSERT INTO headwater_feed (version, pkgarch, checksum, value, serial, origin, asker, at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      """)
    while try read.step() {
      for column in 1...4 { insert.bind(CInt(clamping: column), read.text(CInt(clamping: column))) }
      insert.bind(5, read.number(0))
      insert.bind(6, read.text(5))
      insert.bind(7, read.text(6))
      insert.bind(8, read.isNull(7) ? nil : read.number(7))
      try insert.run()
    }
  }

  /// Brings the file to the disk, then to its name.
  func settle(_ partial: String) throws(StoreError) {
    do throws(FileError) {
      try AtomicFile(target, in: environment).settle(partial, mode: 0o444)
    } catch {
      throw StoreError(error, writing: target, of: target, "the frozen file could not be brought to the disk")
    }
  }
}

/// Where the rows of a frozen file go.
private struct FrozenRows {
  private let insert: Statement
  private let setHead: Statement
  private let index: RowIndexWriter
  private let floors: FloorReader?

  init(_ writer: Connection) throws(StoreError) {
    floors = try FloorReader(writer)
    insert = try writer.prepare("INSERT INTO PRMAIN (version, pkgarch, checksum, value) VALUES (?1, ?2, ?3, ?4)")
    setHead = try writer.prepare(
      """
      INSERT INTO headwater_head (version, pkgarch, greatest, holder, tied, rows, below_floor)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    index = try RowIndexWriter(.own, writer)
  }

  /// - Parameter rows: all that the package has, in the order of checksums and spellings.
  func insert(_ rows: [Row], of package: PackageKey) throws(StoreError) {
    for row in rows { try insert.run(row) }
    let revisions = rows.compactMap { row in Revision(row.value).map { (checksum: row.tuple.checksum, value: $0) } }
    guard let head = PackageHead.over(revisions) else { return }
    let isSmall = rows.count <= PackageSize.largestSmall
    if !isSmall {
      try index.index(rows.map { StoredRow(checksum: $0.tuple.checksum, value: $0.value) }, of: package)
    }
    setHead.bind(1, package.version)
    setHead.bind(2, package.pkgarch)
    setHead.bind(3, head.greatest.text)
    setHead.bind(4, head.holder)
    setHead.bind(5, head.isTied ? 1 : 0)
    setHead.bind(6, (isSmall ? PackageSize.small(rows.count) : .indexed).column)
    setHead.bind(7, try floors?.floor(of: package).map { head.greatest < $0 } ?? false ? 1 : 0)
    try setHead.run()
  }
}
