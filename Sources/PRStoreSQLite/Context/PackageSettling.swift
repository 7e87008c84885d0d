// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Counts the rows of packages, and indexes them: those that a foreign process or an earlier version of this program has
/// written, and those of a package in which a row is sought by its number for the first time. What fits into the
/// transaction of a decision is done there. A package with more rows is indexed in slices, each in a transaction of its
/// own, and the decision waits for them.
extension SQLiteWriteContext {
  private static var maximum: Int { RowIndexWriter.slice }

  /// Settles a package.
  ///
  /// - Throws: ``StoreError/unsettled(_:)`` when it takes more than a slice.
  func settled(_ package: PackageKey, _ found: FoundHead) throws(StoreError) -> FoundHead {
    if isReading { return try looked(at: package) }
    guard try settle(package, found) else { throw .unsettled(UnsettledPackage(key: package, isCopied: false)) }
    return try snapshot.recordedHead(of: package)
  }

  /// Another process has the lock: what a slice of rows tells can be answered, and nothing is kept.
  private func looked(at package: PackageKey) throws(StoreError) -> FoundHead {
    let rows = try index.rows(of: package, maximum: Self.maximum + 1)
    guard rows.count <= Self.maximum else {
      try checkMayWrite()
      return FoundHead()
    }
    return FoundHead(head: Self.head(over: rows), size: .unknown, isRecorded: true)
  }

  private static func head(over rows: [StoredRow]) -> PackageHead? {
    PackageHead.over(rows.compactMap { row in Revision(row.value).map { (checksum: row.checksum, value: $0) } })
  }

  /// - Returns: false when a slice is not enough. What was written must be undone then.
  private func settle(_ package: PackageKey, _ found: FoundHead) throws(StoreError) -> Bool {
    switch found.size {
    case .indexed: return try takeQueue(of: package)
    case .unknown where !found.isStale:
      try count(package)
      return true
    default: break
    }
    let rows = try index.rows(of: package, maximum: Self.maximum + 1)
    guard rows.count <= Self.maximum else { return false }
    try index.clear(package)
    let isSmall = rows.count <= PackageSize.largestSmall
    if !isSmall { try index.index(rows, of: package) }
    try keep(found.isStale ? Self.head(over: rows) : nil, isSmall ? .small(rows.count) : .indexed, of: package)
    return true
  }

  /// Finds out whether a package has few rows. Its head is known.
  private func count(_ package: PackageKey) throws(StoreError) {
    let rows = try index.rows(of: package, maximum: PackageSize.largestSmall + 1).count
    try keep(nil, rows <= PackageSize.largestSmall ? .small(rows) : .unindexed, of: package)
  }

  /// Indexes the rows that wait in a package's queue, and finds its head again.
  ///
  /// - Returns: false when there are more than a slice, or the package must be indexed from its first row.
  private func takeQueue(of package: PackageKey) throws(StoreError) -> Bool {
    let queue = try snapshot.queuedRows(of: package, maximum: Self.maximum + 1)
    for row in queue.prefix(Self.maximum) {
      guard try index.takeQueued(TupleKey(package: package, checksum: row.checksum), row.value) else {
        try beginIndex(of: package)
        return false
      }
    }
    guard queue.count <= Self.maximum else { return false }
    try keep(try snapshot.indexedHead(of: package), .indexed, of: package)
    return true
  }

  /// Indexes a slice of a package's own rows, in a transaction of its own.
  ///
  /// - Returns: whether the package is settled.
  func settleSlice(of package: PackageKey) throws(StoreError) -> Bool {
    try checkMayWrite()
    last = nil
    let found = try snapshot.recordedHead(of: package)
    switch found.size {
    case _ where !found.isRecorded: return true
    case .indexed: return found.isStale ? try takeQueue(of: package) : true
    case .small where !found.isStale: return true
    case .unknown where !found.isStale:
      try count(package)
      return true
    case .indexing: break
    case .small, .unknown, .unindexed: try beginIndex(of: package)
    }
    guard try index.indexSlice(of: package) else { return false }
    // What came meanwhile stands in the queue, and has cleared the head.
    try keep(nil, .indexed, of: package)
    return !found.isStale
  }

  /// Indexes a package in the transaction of a decision that adds many rows.
  package func settleAtOnce(_ package: PackageKey) throws(StoreError) {
    if let last, last.package == package, !last.found.lacksIndex { return }
    var found = try snapshot.recordedHead(of: package)
    while found.lacksIndex {
      _ = try settleSlice(of: package)
      found = try snapshot.recordedHead(of: package)
    }
    last = (package, found)
  }

  /// From now on rows of foreign processes are queued, since there is an index to be.
  private func beginIndex(of package: PackageKey) throws(StoreError) {
    try index.beginAgain(package)
    try keep(nil, .indexing, of: package)
  }
}

extension SQLiteReadContext {
  /// Rows of a package that wait to be indexed.
  func queuedRows(of package: PackageKey, maximum: Int) throws(StoreError) -> [(checksum: String, value: String)] {
    try prepared()?.own.queued(in: package, maximum: maximum) ?? []
  }

  /// The head of a package with many rows, as its index tells.
  func indexedHead(of package: PackageKey) throws(StoreError) -> PackageHead? {
    try prepared()?.own.head(of: package, .indexed)
  }
}

extension SQLiteWriteContext {
  /// Indexes a slice of a package's rows, in a transaction of its own.
  ///
  /// - Returns: whether the package is settled.
  package func settleSlice(of package: UnsettledPackage) throws(StoreError) -> Bool {
    try package.isCopied ? copy.settleSlice(of: package.key) : settleSlice(of: package.key)
  }
}
