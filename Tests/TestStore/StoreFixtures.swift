// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite

extension TupleKey {
  package init(_ version: String, _ pkgarch: String, _ checksum: String) {
    self.init(version: version, pkgarch: pkgarch, checksum: checksum)
  }

  /// A checksum of one and the same package.
  package static func checksum(_ checksum: String) -> TupleKey { TupleKey("busybox-1.36.1-r0", "core2-64", checksum) }
}

extension PackageKey {
  /// The package of ``TupleKey/checksum(_:)``.
  package static let busybox = TupleKey.checksum("").package
}

extension Row {
  /// A row of one and the same package.
  package static func busybox(_ checksum: String, _ value: String) -> Row {
    Row(tuple: .checksum(checksum), value: value)
  }
}

/// A revision that a test spells right.
package func revision(_ text: String) -> Revision {
  guard let revision = Revision(text) else { preconditionFailure("'\(text)' is not a revision") }
  return revision
}

extension Provenance {
  /// What stands for whoever puts a row on record in a test.
  package static let test = Provenance(.imported, asker: "a test", milliseconds: 1_700_000_000_000)
}

extension Store {
  /// Opens for writing, without an fsync where a test does not ask for it.
  package static func writable(
    _ path: String, durability: Durability = .normal, guardsValues: Bool = true, timeout: Duration = .seconds(600)
  ) throws -> Store {
    try open(
      StoreOptions(path: path, durability: durability, guardsValues: guardsValues, lockTimeout: timeout)
    ).store
  }

  package static func readOnly(_ path: String, timeout: Duration = .seconds(600)) throws -> Store {
    try open(StoreOptions(path: path, readOnly: true, lockTimeout: timeout)).store
  }

  /// Puts rows on record, all in one transaction.
  package func record(_ rows: [Row]) async throws {
    try await write { context throws(StoreError) in
      for row in rows { try context.record(row.tuple, revision(row.value), .test) }
    }
  }

  /// What the rules are told of a tuple, as read in a write transaction.
  package func facts(
    _ tuple: TupleKey, _ history: History = .none, upstream: UpstreamFacts? = nil
  ) async throws -> LocalFacts {
    try await write { context throws(StoreError) in try context.facts(for: tuple, history, upstream: upstream) }
  }

  package func greatest(_ package: PackageKey) async throws -> String? {
    try await read { reader throws(StoreError) in try reader.greatest(of: package)?.text }
  }

  /// The value of a tuple without history.
  package func value(_ tuple: TupleKey) async throws -> String? {
    try await read { reader throws(StoreError) in try reader.value(of: tuple, .none)?.text }
  }

  /// The next number for a tuple, by the simplest rule there is.
  @discardableResult
  package func count(_ tuple: TupleKey) async throws -> Revision {
    try await write { context throws(StoreError) in try context.count(tuple) }
  }

  /// All rows that a filter wants, page by page.
  package func export(_ filter: RowFilter, page size: Int = 512) async throws -> [Row] {
    var rows: [Row] = []
    var cursor: RowCursor? = .start
    while let position = cursor {
      let page = try await read { reader throws(StoreError) in
        try reader.page(of: filter, from: position, size: size)
      }
      rows += page.rows
      cursor = page.next
    }
    return rows
  }
}

extension WriteContext {
  /// Puts the next number of the package on record.
  package func count(_ tuple: TupleKey) throws(StoreError) -> Revision {
    let value = try reader.greatest(of: tuple.package).map { Revision(components: [$0.components[0] + 1]) }
    let next = value ?? Revision(components: [0])
    try record(tuple, next, .test)
    return next
  }
}
