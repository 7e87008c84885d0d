// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Which package must be indexed before a decision can be made.
public struct UnsettledPackage: Hashable, Sendable {
  let key: PackageKey
  /// Its copied rows, not its own.
  let isCopied: Bool
}

/// Counts and indexes the rows that a foreign process or an earlier version of this program has written. What fits into
/// the transaction of a decision is done there; a package with more rows is indexed in slices, each in a transaction of
/// its own, and the decision waits for them.
extension Ledger {
  private static var most: Int { RowIndexWriter.slice }

  /// Settles a package.
  ///
  /// - Throws: ``StoreError/unsettled(_:)`` when it takes more than a slice.
  func settled(_ package: PackageKey, _ found: FoundHead) throws(StoreError) -> FoundHead {
    if isReading { return try looked(at: package) }
    guard try settle(package, found) else { throw .unsettled(UnsettledPackage(key: package, isCopied: false)) }
    return try reader.recordedHead(of: package)
  }

  /// Another process has the lock: what a slice of rows tells can be answered, and nothing is kept.
  private func looked(at package: PackageKey) throws(StoreError) -> FoundHead {
    guard try index.rows(of: package, most: Self.most + 1).count <= Self.most else {
      try checkMayWrite()
      return FoundHead()
    }
    return try reader.head(of: package)
  }

  /// - Returns: false when a slice is not enough. What was written must be undone then.
  private func settle(_ package: PackageKey, _ found: FoundHead) throws(StoreError) -> Bool {
    if found.size == .many { return try takeQueue(of: package) }
    let rows = try index.rows(of: package, most: Self.most + 1)
    guard rows.count <= Self.most else { return false }
    try index.clear(package)
    let isSmall = rows.count <= PackageSize.mostFew
    if !isSmall { try index.index(rows, of: package) }
    let head = PackageHead.over(
      rows.compactMap { row in Revision(row.value).map { (checksum: row.checksum, value: $0) } })
    try keep(found.isStale ? head : nil, isSmall ? .few(rows.count) : .many, of: package)
    return true
  }

  /// Indexes the rows that wait in a package's queue, and finds its head again.
  ///
  /// - Returns: false when there are more than a slice, or the package must be indexed from its first row.
  private func takeQueue(of package: PackageKey) throws(StoreError) -> Bool {
    let queue = try reader.queuedRows(of: package, most: Self.most + 1)
    for row in queue.prefix(Self.most) {
      guard try index.takeQueued(TupleKey(package: package, checksum: row.checksum), row.value) else {
        try beginIndex(of: package)
        return false
      }
    }
    guard queue.count <= Self.most else { return false }
    try keep(try reader.indexedHead(of: package), .many, of: package)
    return true
  }

  /// Indexes a slice of a package's own rows, in a transaction of its own.
  ///
  /// - Returns: whether the package is settled.
  func settleSlice(of package: PackageKey) throws(StoreError) -> Bool {
    try checkMayWrite()
    begin()
    let found = try reader.recordedHead(of: package)
    guard found.isRecorded, !found.isSettled else { return true }
    if found.size == .many { return try takeQueue(of: package) }
    if found.size != .unknown { try beginIndex(of: package) }
    guard try index.indexSlice(of: package) else { return false }
    // What came meanwhile stands in the queue, and has cleared the head.
    try keep(nil, .many, of: package)
    return !found.isStale
  }

  /// From now on rows of foreign processes are queued, since there is an index to be.
  private func beginIndex(of package: PackageKey) throws(StoreError) {
    try index.beginAgain(package)
    try keep(nil, .unknown, of: package)
  }
}

extension RowReader {
  /// Rows of a package that wait to be indexed.
  func queuedRows(of package: PackageKey, most: Int) throws(StoreError) -> [(checksum: String, value: String)] {
    try prepared()?.own.queued(in: package, most: most) ?? []
  }

  /// The head of a package with many rows, as its index tells.
  func indexedHead(of package: PackageKey) throws(StoreError) -> PackageHead? {
    try prepared()?.own.head(of: package, .many)
  }
}
