// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What is known of the greatest value that the upstream has for a package.
struct AboveHead: Hashable, Sendable {
  /// Of the copied rows.
  var greatest: Revision?
  /// Told without its checksum.
  var floor: Revision?

  var highest: Revision? { [greatest, floor].compactMap(\.self).max() }
}

/// The writing side of the copy. What it reads is what ``RowReader`` reads.
final class UpstreamCopy {
  private let connection: Connection
  private let reader: RowReader
  private let insert: Statement
  private let setHead: Statement

  init(_ connection: Connection) throws(StoreError) {
    self.connection = connection
    reader = RowReader(connection)
    insert = try connection.prepare(
      "INSERT OR IGNORE INTO headwater_copy (version, pkgarch, checksum, value) VALUES (?1, ?2, ?3, ?4)")
    setHead = try connection.prepare(
      """
      INSERT INTO headwater_above (version, pkgarch, greatest, floor) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (version, pkgarch) DO UPDATE SET greatest = ?3, floor = ?4
      """)
  }

  /// - Returns: false when the row was there already.
  func add(_ row: Row) throws(StoreError) -> Bool {
    let before = connection.changes
    try insert.run(row)
    return connection.changes != before
  }

  /// Computes all heads anew: the rows are others now. Floors stay.
  func rebuildHeads() throws(StoreError) {
    try connection.execute("UPDATE headwater_above SET greatest = NULL")
    let rows = try connection.prepare("SELECT version, pkgarch, value FROM headwater_copy ORDER BY version, pkgarch")
    var current: (package: PackageKey, greatest: Revision)?
    while try rows.step() {
      guard let version = rows.text(0), let pkgarch = rows.text(1), let value = rows.text(2).flatMap({ Revision($0) })
      else { continue }
      let package = PackageKey(version: version, pkgarch: pkgarch)
      if let known = current, known.package == package {
        current?.greatest = max(known.greatest, value)
      } else {
        if let current { try setGreatest(current.greatest, of: current.package) }
        current = (package, value)
      }
    }
    if let current { try setGreatest(current.greatest, of: current.package) }
  }

  private func setGreatest(_ greatest: Revision, of package: PackageKey) throws(StoreError) {
    try write(AboveHead(greatest: greatest, floor: try reader.above(package).floor), of: package)
  }

  /// - Returns: false when the row was there already.
  func add(_ tuple: TupleKey, _ value: Revision) throws(StoreError) -> Bool {
    if try reader.copiedValues(of: tuple).contains(value) { return false }
    insert.bind(1, tuple.package.version)
    insert.bind(2, tuple.package.pkgarch)
    insert.bind(3, tuple.checksum)
    insert.bind(4, value.text)
    try insert.run()
    return true
  }

  /// The head with what was told.
  ///
  /// - Returns: nil when that is no news.
  func raise(_ package: PackageKey, rows: Revision?, floor: Revision?) throws(StoreError) -> AboveHead? {
    let known = try reader.above(package)
    var head = known
    if let rows { head.greatest = head.greatest.map { max($0, rows) } ?? rows }
    if let floor, head.highest.map({ $0 < floor }) ?? true { head.floor = floor }
    return head == known ? nil : head
  }

  func write(_ head: AboveHead, of package: PackageKey) throws(StoreError) {
    setHead.bind(1, package.version)
    setHead.bind(2, package.pkgarch)
    setHead.bind(3, head.greatest?.text)
    setHead.bind(4, head.floor?.text)
    try setHead.run()
  }
}

extension RowReader {
  /// What the upstream is known to hold for a tuple: told live, or copied.
  public func upstreamView(of tuple: TupleKey) throws(StoreError) -> UpstreamFacts {
    UpstreamFacts(greatest: try above(tuple.package).highest, value: try copiedValues(of: tuple).max())
  }

  /// The greatest value that the upstream is known to have for a package.
  public func greatestAbove(_ package: PackageKey) throws(StoreError) -> Revision? { try above(package).highest }
}
