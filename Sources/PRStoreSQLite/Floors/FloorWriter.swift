// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Raises floors.
///
/// The floor of a package stands in `headwater_floor_head`. A head that the floor is above says so itself (`below_floor`): the
/// event loop's reader then leaves the package to the writer, and has no second table to read.
final class FloorWriter {
  private let reader: FloorReader
  private let append: Statement
  private let setFloor: Statement
  private let markHead: Statement
  /// The floor that was read last.
  private var known: (package: PackageKey, floor: Revision?)?
  /// The last entry. The outer nil: not read in this transaction.
  private var last: FloorEntry??

  init(_ connection: Connection) throws(StoreError) {
    guard let reader = try FloorReader(connection) else {
      throw .damaged(path: connection.path, detail: "it has no table of floors")
    }
    self.reader = reader
    append = try connection.prepare(
      """
      INSERT INTO headwater_floor_feed (serial, version, pkgarch, value, origin, source, setter, at, digest)
        VALUES (?3, ?1, ?2, ?4, ?5, ?6, ?7, ?8, ?9)
      """)
    setFloor = try connection.prepare(
      """
      INSERT INTO headwater_floor_head (version, pkgarch, value) VALUES (?1, ?2, ?3)
        ON CONFLICT (version, pkgarch) DO UPDATE SET value = ?3
      """)
    markHead = try connection.prepare("UPDATE headwater_head SET below_floor = 1 WHERE \(RowIndex.key)")
  }

  /// Forgets what was read: a transaction begins, or was undone.
  func begin() { (known, last) = (nil, nil) }

  func floor(of package: PackageKey) throws(StoreError) -> Revision? {
    if let known, known.package == package { return known.floor }
    let floor = try reader.floor(of: package)
    known = (package, floor)
    return floor
  }

  /// - Parameter head: the package's, as it is on record.
  func raise(_ floor: Floor, _ provenance: FloorProvenance, over head: () throws(StoreError) -> FoundHead)
    throws(StoreError) -> Bool
  {
    if let known = try self.floor(of: floor.package), known >= floor.value { return false }
    let before: FloorEntry?
    if let last { before = last } else { before = try reader.last() }
    let entry = FloorEntry(after: before, floor, provenance)
    append.bind(floor.package)
    append.bind(3, entry.serial)
    append.bind(4, floor.value.text)
    append.bind(5, provenance.origin.rawValue)
    append.bind(6, provenance.source)
    append.bind(7, provenance.setter)
    append.bind(8, provenance.milliseconds)
    append.bind(9, entry.digest.description)
    try append.run()
    setFloor.bind(floor.package)
    setFloor.bind(3, floor.value.text)
    try setFloor.run()
    (known, last) = ((floor.package, floor.value), entry)
    let head = try head()
    guard head.isRecorded, head.head.map({ $0.greatest < floor.value }) ?? true else { return true }
    markHead.bind(floor.package)
    try markHead.run()
    return true
  }
}

extension SQLiteWriteContext {
  @discardableResult
  package func raise(_ floor: Floor, _ provenance: FloorProvenance) throws(StoreError) -> Bool {
    try checkMayWrite()
    last = nil
    return try floors.raise(floor, provenance) { () throws(StoreError) in
      try snapshot.recordedHead(of: floor.package)
    }
  }
}
