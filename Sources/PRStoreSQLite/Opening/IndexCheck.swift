// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Compares the number index of a package with the rows that it is made of.
struct IndexCheck {
  private let size: Statement
  private let numbers: Statement

  /// - Returns: nil on a file without the index.
  init?(_ tables: RowTables, _ connection: Connection) throws(StoreError) {
    guard try connection.hasTable(tables.heads), try connection.hasTable(tables.numbers) else { return nil }
    size = try connection.prepare("SELECT rows FROM \(tables.heads) WHERE \(RowIndex.key)")
    numbers = try connection.prepare(
      "SELECT number, checksum FROM \(tables.numbers) WHERE \(RowIndex.key) AND number < x'FE'")
  }

  private struct Entry: Hashable {
    let number: [UInt8]
    let checksum: [UInt8]
  }

  /// - Parameter rows: all of the package whose value is a revision.
  /// - Returns: true also for a package that is not indexed, or not yet.
  func fits(_ package: PackageKey, _ rows: [(checksum: String, value: Revision)]) throws(StoreError) -> Bool {
    guard try isIndexed(package) else { return true }
    var lacking = Set(rows.map { Entry(number: RevisionKey($0.value).bytes, checksum: Array($0.checksum.utf8)) })
    numbers.bind(package)
    defer { numbers.reset() }
    while try numbers.step() {
      let entry = Entry(number: Array(numbers.bytes(0)), checksum: Array(numbers.bytes(1)))
      guard lacking.remove(entry) != nil else { return false }
    }
    return lacking.isEmpty
  }

  private func isIndexed(_ package: PackageKey) throws(StoreError) -> Bool {
    size.bind(package)
    defer { size.reset() }
    guard try size.step(), !size.isNull(0) else { return false }
    return PackageSize(column: size.number(0)) == .indexed
  }
}
