// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Values that a store has for other contents than its upstream: the first of them, and how many there are.
package struct RivalRows: Hashable, Sendable {
  package private(set) var count = 0
  package private(set) var first: [Rival] = []

  package struct Rival: Hashable, Sendable {
    package let package: PackageKey
    package let value: String
    /// The checksums that have the value: of the store, and of the upstream.
    package let own, upstream: String

    package init(package: PackageKey, value: String, own: String, upstream: String) {
      self.package = package
      self.value = value
      self.own = own
      self.upstream = upstream
    }
  }

  /// So many are kept.
  package static let kept = 100

  package init() {}

  package mutating func add(_ rival: Rival) {
    count += 1
    if first.count < Self.kept { first.append(rival) }
  }
}

extension Store {
  /// The own rows that have a value of one of these rows for another content.
  func rivals(of rows: [Row]) async throws(StoreError) -> [RivalRows.Rival] {
    try await read { reader throws(StoreError) in
      var found: [RivalRows.Rival] = []
      for row in rows {
        // A value that is no revision is copied by no node.
        guard let value = Revision(row.value), let own = try reader.holder(of: value, besides: row.tuple) else {
          continue
        }
        found.append(
          RivalRows.Rival(package: row.tuple.package, value: value.text, own: own, upstream: row.tuple.checksum))
      }
      return found
    }
  }
}
