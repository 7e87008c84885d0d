// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Finds rows by number and by content. In packages with few rows it reads them all, in indexed ones it descends a tree.
/// Where the size is unknown, as on a file of an earlier schema, it reads all rows of the package.
final class RowIndex {
  let tables: RowTables
  private let package: Statement
  private let values: Statement
  private let isIndexed: Bool
  private let connection: Connection
  var reading: UnindexedReading
  private var descents: Descents?

  /// What is asked of the trees.
  private struct Descents {
    let last: Statement
    let queued: Statement
    let holder: Statement
    let holders: Statement
    let under: Statement
    let least: Statement
    let greatest: Statement
    let one: Statement
  }

  /// So many rows of a tuple are read before its values are looked up in their order.
  private static let exactCount = 2 * ToldValues.maximumOfEachEnd + 1

  init(_ tables: RowTables, _ connection: Connection, _ reading: UnindexedReading = .whole) throws(StoreError) {
    self.tables = tables
    self.reading = reading
    self.connection = connection
    package = try connection.prepare("SELECT checksum, value FROM \(tables.rows) WHERE \(Self.key)")
    values = try connection.prepare(
      "SELECT value FROM \(tables.rows) WHERE \(Self.key) AND checksum = ?3 AND value IS NOT NULL LIMIT ?4")
    isIndexed = try connection.hasTable(tables.numbers)
  }

  static let key = "version = ?1 AND pkgarch = ?2"

  private func prepared() throws(StoreError) -> Descents {
    if let descents { return descents }
    let (numbers, contents) = (tables.numbers, tables.contents)
    let tuple = "\(Self.key) AND checksum = ?3"
    let ready = Descents(
      last: try connection.prepare(
        """
        SELECT checksum, value FROM \(numbers) WHERE \(Self.key) AND number < x'FE'
        ORDER BY number DESC, checksum DESC LIMIT 2
        """),
      queued: try connection.prepare(
        """
        SELECT checksum, value FROM \(numbers) WHERE \(Self.key) AND number >= x'FE' AND number < x'FF' LIMIT ?3
        """),
      holder: try connection.prepare(
        "SELECT checksum FROM \(numbers) WHERE \(Self.key) AND number = ?4 AND checksum <> ?3 ORDER BY checksum LIMIT 1"
      ),
      holders: try connection.prepare("SELECT checksum, value FROM \(numbers) WHERE \(Self.key) AND number = ?3"),
      under: try connection.prepare(
        """
        SELECT value FROM \(numbers) WHERE \(Self.key) AND number > ?3 AND number < ?4
        ORDER BY number DESC, checksum DESC LIMIT 1
        """),
      least: try connection.prepare("SELECT value FROM \(contents) WHERE \(tuple) ORDER BY number LIMIT ?4"),
      greatest: try connection.prepare("SELECT value FROM \(contents) WHERE \(tuple) ORDER BY number DESC LIMIT ?4"),
      one: try connection.prepare("SELECT 1 FROM \(numbers) WHERE \(Self.key) AND number = ?4 AND checksum = ?3"))
    descents = ready
    return ready
  }

  /// Whether the trees have all rows of a package.
  ///
  /// - Throws: ``StoreError/unsettled(_:)`` where they shall have them first.
  private func isTree(_ size: PackageSize, _ package: PackageKey) throws(StoreError) -> Bool {
    switch size {
    case .indexed: return isIndexed
    case .unknown, .small: return false
    case .unindexed, .indexing:
      guard reading == .afterIndexing else { return false }
      throw .unsettled(UnsettledPackage(key: package, isCopied: false))
    }
  }

  // MARK: Packages

  /// All rows of a package whose value is a revision.
  func rows(of package: PackageKey) throws(StoreError) -> [(checksum: String, value: Revision)] {
    self.package.bind(package)
    return try pairs(self.package)
  }

  /// The greatest value of a package, and who holds it.
  func head(of package: PackageKey, _ size: PackageSize) throws(StoreError) -> PackageHead? {
    guard try isTree(size, package) else { return PackageHead.over(try rows(of: package)) }
    let statement = try prepared().last
    statement.bind(package)
    return PackageHead.over(try pairs(statement))
  }

  /// Rows that another program wrote and that are not indexed yet.
  func queued(in package: PackageKey, maximum: Int) throws(StoreError) -> [(checksum: String, value: String)] {
    guard isIndexed else { return [] }
    let statement = try prepared().queued
    statement.bind(package)
    statement.bind(3, Int64(clamping: maximum))
    defer { statement.reset() }
    var rows: [(checksum: String, value: String)] = []
    while try statement.step() {
      if let checksum = statement.text(0), let value = statement.text(1) { rows.append((checksum, value)) }
    }
    return rows
  }

  /// A checksum of a package, other than one, that has a value: the least in the order of bytes.
  func holder(
    of value: Revision, otherThan checksum: String, in package: PackageKey, _ size: PackageSize
  ) throws(StoreError) -> String? {
    guard try isTree(size, package) else {
      return try rows(of: package).first { $0.value == value && !$0.checksum.utf8.elementsEqual(checksum.utf8) }?
        .checksum
    }
    let statement = try prepared().holder
    statement.bind(package)
    statement.bind(3, checksum)
    statement.bind(4, blob: RevisionKey(value).bytes)
    defer { statement.reset() }
    return try statement.step() ? statement.text(0) : nil
  }

  /// All rows of a package that have a value.
  func holders(
    of value: Revision, in package: PackageKey, _ size: PackageSize
  ) throws(StoreError) -> [(checksum: String, value: Revision)] {
    guard try isTree(size, package) else { return try rows(of: package).filter { $0.value == value } }
    let statement = try prepared().holders
    statement.bind(package)
    statement.bind(3, blob: RevisionKey(value).bytes)
    return try pairs(statement)
  }

  /// The greatest value of a package that begins with another and a dot.
  func greatest(
    under ceiling: Revision, in package: PackageKey, _ size: PackageSize
  ) throws(StoreError) -> Revision? {
    guard try isTree(size, package) else {
      return try rows(of: package).map(\.value).filter { $0.isUnder(ceiling) }.max()
    }
    let statement = try prepared().under
    let key = RevisionKey(ceiling)
    statement.bind(package)
    statement.bind(3, blob: key.bytes)
    statement.bind(4, blob: key.endOfBeginning)
    return try revisions(statement).first
  }

  // MARK: Tuples

  /// The least and the greatest values of a tuple.
  func values(of tuple: TupleKey, _ size: PackageSize) throws(StoreError) -> ToldValues {
    values.bind(tuple)
    values.bind(4, Int64(clamping: Self.exactCount))
    let (few, rows) = try counted(values)
    guard rows == Self.exactCount else { return ToldValues(few) }
    guard try isTree(size, tuple.package) else { return ToldValues(try allValues(of: tuple)) }
    let least = try ordered(try prepared().least, tuple, maximum: Self.exactCount)
    guard least.count == Self.exactCount else { return ToldValues(least) }
    let greatest = try ordered(try prepared().greatest, tuple, maximum: ToldValues.maximumOfEachEnd)
    return ToldValues(least.prefix(ToldValues.maximumOfEachEnd) + greatest, hasMore: true)
  }

  private func allValues(of tuple: TupleKey) throws(StoreError) -> [Revision] {
    values.bind(tuple)
    values.bind(4, -1)
    return try revisions(values)
  }

  private func ordered(_ statement: Statement, _ tuple: TupleKey, maximum: Int) throws(StoreError) -> [Revision] {
    statement.bind(tuple)
    statement.bind(4, Int64(clamping: maximum))
    return try revisions(statement)
  }

  /// Whether a tuple has a value, in whatever spelling.
  func has(_ value: Revision, _ tuple: TupleKey, _ size: PackageSize) throws(StoreError) -> Bool {
    guard try isTree(size, tuple.package) else { return try allValues(of: tuple).contains(value) }
    let statement = try prepared().one
    statement.bind(tuple)
    statement.bind(4, blob: RevisionKey(value).bytes)
    defer { statement.reset() }
    return try statement.step()
  }

  // MARK: Statements

  private func pairs(_ statement: Statement) throws(StoreError) -> [(checksum: String, value: Revision)] {
    defer { statement.reset() }
    var rows: [(checksum: String, value: Revision)] = []
    while try statement.step() {
      guard let checksum = statement.text(0), let value = statement.text(1).flatMap({ Revision($0) }) else { continue }
      rows.append((checksum, value))
    }
    return rows
  }

  private func revisions(_ statement: Statement) throws(StoreError) -> [Revision] { try counted(statement).values }

  /// - Returns: also how many rows there were, with those whose value is no revision.
  private func counted(_ statement: Statement) throws(StoreError) -> (values: [Revision], rows: Int) {
    defer { statement.reset() }
    var (values, rows) = ([Revision](), 0)
    while try statement.step() {
      rows += 1
      if let value = statement.text(0).flatMap({ Revision($0) }) { values.append(value) }
    }
    return (values, rows)
  }
}

/// What is done where rows are sought by number in a package that is not in the index.
enum UnindexedReading: Sendable {
  /// All its rows are read: the file is not written, or is looked through as a whole anyway.
  case whole
  /// The package is indexed first, in slices, and the question asked again: it costs the rows of the package once.
  case afterIndexing
}
