// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension HeadFault {
  fileprivate static func ofIndex(_ package: PackageKey, isOfCopy: Bool, _ head: PackageHead?) -> HeadFault {
    let greatest = head?.greatest.text
    return HeadFault(package: package, isOfCopy: isOfCopy, isOfIndex: true, recorded: greatest, found: greatest)
  }
}

/// Compares heads and number indexes with the rows that they are derived from.
struct HeadCheck {
  private let connection: Connection
  private let head: Statement
  private let rows: Statement
  private let above: Statement?
  private let copied: Statement?
  private let index: IndexCheck?
  private let copyIndex: IndexCheck?
  /// Heads of schema 2 stand elsewhere until their packages are asked for.
  private let hasOldHeads: Bool
  private let floors: FloorReader?

  /// - Returns: nil on a file without heads.
  init?(_ connection: Connection) throws(StoreError) {
    guard try connection.hasTable("headwater_package"), try connection.hasTable("PRMAIN") else { return nil }
    self.connection = connection
    let key = "version = ?1 AND pkgarch = ?2"
    floors = try FloorReader(connection)
    head = try connection.prepare(
      floors == nil
        ? "SELECT greatest, holder, tied, 0 FROM headwater_package WHERE \(key)"
        : "SELECT greatest, holder, tied, below_floor FROM headwater_head WHERE \(key)")
    rows = try connection.prepare("SELECT checksum, value FROM PRMAIN WHERE \(key) LIMIT ?3")
    // While a fresh copy takes the place of the old one, heads and rows may be of two copies.
    let isChanging = try connection.hasTable(RowTables.fresh.rows)
    let heads = isChanging ? nil : try Self.copyHeads(connection)
    above = try heads.map { heads throws(StoreError) in
      try connection.prepare("SELECT greatest FROM \(heads) WHERE \(key)")
    }
    copied = try heads.map { _ throws(StoreError) in
      try connection.prepare("SELECT checksum, value FROM \(RowTables.copy.rows) WHERE \(key) LIMIT ?3")
    }
    index = try IndexCheck(.own, connection)
    copyIndex = isChanging ? nil : try IndexCheck(.copy, connection)
    hasOldHeads = try SQLiteReadContext(connection).note(.oldHeads) != nil
  }

  /// The table of the heads over copied rows; nil on a file without a copy.
  static func copyHeads(_ connection: Connection) throws(StoreError) -> String? {
    guard try connection.hasTable(RowTables.copy.rows) else { return nil }
    // Schema 2 kept the heads together with the bounds.
    for table in [RowTables.copy.heads, "headwater_above"] where try connection.hasTable(table) { return table }
    return nil
  }

  /// - Parameters:
  ///   - maximum: a package with more rows is passed over.
  ///   - count: grows by the rows that were read.
  func fault(
    of package: PackageKey, maximumRows maximum: Int = .max, count: inout Int
  ) throws(StoreError) -> HeadFault? {
    guard let found = try read(rows, package, maximum, &count) else { return nil }
    head.bind(package)
    defer { head.reset() }
    let computed = PackageHead.over(found)
    func fault(_ recorded: String?) -> HeadFault {
      HeadFault(package: package, isOfCopy: false, recorded: recorded, found: computed?.greatest.text)
    }
    guard try head.step() else { return computed == nil ? nil : fault(nil) }
    // A row of a foreign process clears the head until the package is asked for.
    guard let greatest = head.text(0) else { return nil }
    guard let computed, Revision(greatest) == computed.greatest else { return fault(greatest) }
    let holders = found.filter { $0.value == computed.greatest }.map(\.checksum)
    let holder = head.text(1)
    let isHeld = holders.contains { $0.utf8.elementsEqual((holder ?? "").utf8) }
    guard holder != nil, isHeld, (head.number(2) != 0) == (holders.count > 1) else { return fault(greatest) }
    let isBelowFloor = try floors?.floor(of: package).map { computed.greatest < $0 } ?? false
    guard (head.number(3) != 0) == isBelowFloor else {
      return HeadFault(
        package: package, isOfCopy: false, isOfFloor: true, recorded: greatest, found: computed.greatest.text)
    }
    return try index?.fits(package, found) ?? true ? nil : .ofIndex(package, isOfCopy: false, computed)
  }

  /// The same for the head over the copied rows.
  func copyFault(
    of package: PackageKey, maximumRows maximum: Int = .max, count: inout Int
  ) throws(StoreError) -> HeadFault? {
    guard let above, let copied, let found = try read(copied, package, maximum, &count) else { return nil }
    above.bind(package)
    defer { above.reset() }
    let isRecorded = try above.step()
    if !isRecorded, hasOldHeads { return nil }
    let recorded = isRecorded ? above.text(0) : nil
    let greatest = found.map(\.value).max()
    if recorded == nil ? greatest == nil : recorded.flatMap({ Revision($0) }) == greatest && greatest != nil {
      let head = PackageHead.over(found)
      return try copyIndex?.fits(package, found) ?? true ? nil : .ofIndex(package, isOfCopy: true, head)
    }
    return HeadFault(package: package, isOfCopy: true, recorded: recorded, found: greatest?.text)
  }

  private func read(
    _ statement: Statement, _ package: PackageKey, _ maximum: Int, _ count: inout Int
  ) throws(StoreError) -> [(checksum: String, value: Revision)]? {
    statement.bind(package)
    statement.bind(3, Int64(clamping: maximum))
    defer { statement.reset() }
    var (found, read) = ([(checksum: String, value: Revision)](), 0)
    while try statement.step() {
      read += 1
      guard let checksum = statement.text(0), let value = statement.text(1).flatMap({ Revision($0) }) else { continue }
      found.append((checksum, value))
    }
    count += read
    return read < maximum ? found : nil
  }
}
