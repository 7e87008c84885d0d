// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreMemory
import Testing

@testable import PRMembership

@Suite("Values that a store has for other contents than its upstream")
struct RivalRowTests {
  private static func row(_ version: String, _ checksum: String, _ value: String, _ arch: String = "a") -> Row {
    Row(tuple: TupleKey(version: version, pkgarch: arch, checksum: checksum), value: value)
  }

  @Test("one value of one package for two contents, in whatever spelling, and nothing else")
  func rivals() async throws {
    let store = try MemoryDatabase(identity: "joins").open()
    defer { _ = store.close() }
    let own = [("v", "one", "0"), ("v", "two", "1.2"), ("w", "one", "0")]
    try await store.write { context throws(StoreError) in
      for (version, checksum, value) in own {
        guard let value = Revision(value) else { continue }
        let tuple = TupleKey(version: version, pkgarch: "a", checksum: checksum)
        try context.record(tuple, value, Provenance(.imported, asker: nil, milliseconds: 1))
      }
    }
    let upstream = [
      Self.row("v", "one", "0"),  // the same row
      Self.row("v", "three", "0"), Self.row("v", "three", "1.2"), Self.row("v", "three", "1.20"),
      Self.row("v", "four", "0", "b"), Self.row("x", "one", "0"),  // other packages
      Self.row("w", "two", "1"), Self.row("w", "two", "no revision"),
    ]
    let found = try await store.rivals(of: upstream)
    #expect(
      found.map { "\($0.package.version) \($0.value) \($0.own) \($0.upstream)" } == [
        "v 0 one three", "v 1.2 two three",
      ])
  }

  @Test("the first of them are kept, and all are counted")
  func bound() {
    var rows = RivalRows()
    for index in 0..<250 {
      rows.add(.init(package: PackageKey(version: "v", pkgarch: "a"), value: "\(index)", own: "o", upstream: "u"))
    }
    #expect(rows.count == 250 && rows.first.count == RivalRows.kept && rows.first.last?.value == "99")
  }
}
