// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The rows inside a write transaction: what is read here is still true when the row is written.
public final class Ledger {
  public let reader: RowReader
  private let setHead: Statement
  private let appendToFeed: Statement
  private let insert: Statement
  private let holdsRow: Statement

  init(_ connection: Connection) throws(StoreError) {
    reader = RowReader(connection)
    setHead = try connection.prepare(
      """
      INSERT INTO headwater_package (version, pkgarch, greatest, holder, tied) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (version, pkgarch) DO UPDATE SET greatest = ?3, holder = ?4, tied = ?5
      """)
    appendToFeed = try connection.prepare(
      """
      INSERT INTO headwater_feed (version, pkgarch, checksum, value, origin, asker, at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    insert = try connection.prepare("INSERT INTO PRMAIN (version, pkgarch, checksum, value) VALUES (?1, ?2, ?3, ?4)")
    holdsRow = try connection.prepare(
      "SELECT 1 FROM PRMAIN WHERE version = ?1 AND pkgarch = ?2 AND checksum = ?3 AND value = ?4")
  }

  /// What the rules want to know of a tuple, as of now.
  public func facts(
    for tuple: TupleKey, _ history: History, upstream: UpstreamFacts? = nil
  ) throws(StoreError) -> LocalFacts {
    try reader.facts(for: tuple, history, upstream: upstream, head: head(of: tuple.package))
  }

  /// A checksum of the tuple's package, other than the tuple's, that has a value.
  public func holder(of value: Revision, besides tuple: TupleKey) throws(StoreError) -> String? {
    try reader.holder(of: value, otherThan: tuple.checksum, in: tuple.package, head(of: tuple.package))
  }

  /// Puts a row on record.
  ///
  /// - Returns: false when it was there already.
  @discardableResult
  public func record(_ tuple: TupleKey, _ value: Revision, _ provenance: Provenance) throws(StoreError) -> Bool {
    bind(holdsRow, tuple, value)
    let isKnown = try holdsRow.step()
    holdsRow.reset()
    guard !isKnown else { return false }
    try raiseHead(tuple, to: value)
    // The feed first: a row of PRMAIN that the feed does not end with is taken for a foreign process's.
    bind(appendToFeed, tuple, value)
    appendToFeed.bind(5, provenance.origin.rawValue)
    appendToFeed.bind(6, provenance.asker)
    if let milliseconds = provenance.milliseconds {
      appendToFeed.bind(7, milliseconds)
    } else {
      appendToFeed.bind(7, nil)
    }
    try appendToFeed.run()
    bind(insert, tuple, value)
    try insert.run()
    return true
  }

  private func raiseHead(_ tuple: TupleKey, to value: Revision) throws(StoreError) {
    guard var head = try head(of: tuple.package) else {
      return try write(PackageHead(greatest: value, holder: tuple.checksum, isTied: false), of: tuple.package)
    }
    let before = (head.greatest.text, head.isTied)
    head.include(value, of: tuple.checksum)
    if before != (head.greatest.text, head.isTied) { try write(head, of: tuple.package) }
  }

  /// The head of a package; found again, and kept, where a foreign process has written.
  private func head(of package: PackageKey) throws(StoreError) -> PackageHead? {
    let (head, wasRecorded) = try reader.head(of: package)
    if !wasRecorded, let head { try write(head, of: package) }
    return head
  }

  private func write(_ head: PackageHead, of package: PackageKey) throws(StoreError) {
    setHead.bind(1, package.version)
    setHead.bind(2, package.pkgarch)
    setHead.bind(3, head.greatest.text)
    setHead.bind(4, head.holder)
    setHead.bind(5, head.isTied ? 1 : 0)
    try setHead.run()
  }

  private func bind(_ statement: Statement, _ tuple: TupleKey, _ value: Revision) {
    statement.bind(1, tuple.package.version)
    statement.bind(2, tuple.package.pkgarch)
    statement.bind(3, tuple.checksum)
    statement.bind(4, value.text)
  }
}
