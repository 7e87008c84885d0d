// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

@Suite("How the values of a package came to be", .ownThreads)
struct PackageHistoryTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  private func story(_ store: Store, of package: PackageKey = .busybox, _ checksum: String? = nil) async throws
    -> [RowHistory]
  {
    try await store.read { reader throws(StoreError) in try reader.story(of: package, checksum: checksum) }
  }

  @Test("every row is told with who, why and when, in the order of the commits")
  func ours() async throws {
    _ = try ForeignProcess.bitbake(path, [.busybox("z", "0")])
    let store = try Store.writable(path)
    let given = [
      Provenance(.rule(.next), asker: "10.0.0.7:4711", milliseconds: 1_700_000_000_000),
      Provenance(.imported, asker: "é 😀", milliseconds: 5), Provenance(.rule(.renewed), asker: nil, milliseconds: -1),
    ]
    try await store.write { context throws(StoreError) in
      for (index, provenance) in given.enumerated() {
        try context.record(.checksum("c\(index % 2)"), Revision(components: [UInt64(index + 1)]), provenance)
      }
    }
    try ForeignProcess(path).insert([.busybox("y", "9")])
    let told = try await story(store)
    #expect(told.map(\.serial) == [1, 2, 3, 4, 5])
    #expect(told.map(\.checksum) == ["z", "c0", "c1", "c0", "y"])
    #expect(told.map(\.value) == ["0", "1", "2", "3", "9"])
    #expect(told[0].provenance == Provenance(.takenOver, asker: nil, milliseconds: nil))
    #expect(told[1...3].map(\.provenance) == given)
    #expect(told[4].provenance.origin == .foreign && told[4].provenance.asker == nil)
    #expect((told[4].provenance.milliseconds ?? 0) > 1_700_000_000_000)
    #expect(try await story(store, of: .busybox, "c0").map(\.value) == ["1", "3"])
    #expect(try await story(store, of: .busybox, "none").isEmpty)
    #expect(try await story(store, of: PackageKey(version: "none", pkgarch: "p")).isEmpty)
  }

  @Test("BitBake's file tells its rows, the least value first, and no more")
  func bitbakes() async throws {
    _ = try ForeignProcess.bitbake(path, [.busybox("a", "10"), .busybox("b", "9"), .busybox("a", "1")])
    let store = try Store.readOnly(path)
    let told = try await story(store)
    #expect(told.map(\.value) == ["1", "9", "10"] && told.map(\.checksum) == ["a", "b", "a"])
    #expect(told.allSatisfy { $0.provenance == Provenance(.foreign, asker: nil, milliseconds: nil) })
    #expect(try await story(store, of: .busybox, "a").map(\.value) == ["1", "10"])
  }

  static let everyOrigin: [Provenance.Origin] = [.imported, .foreign, .takenOver] + Reason.allCases.map { .rule($0) }

  @Test("an origin is read as it was written", arguments: everyOrigin)
  func origins(origin: Provenance.Origin) {
    #expect(Provenance.Origin(rawValue: origin.rawValue) == origin)
  }

  @Test("origins are told apart, and a text of another kind is none")
  func originTexts() {
    #expect(Set(Self.everyOrigin.map(\.rawValue)).count == Self.everyOrigin.count)
    for text in ["", "Imported", "taken over"] { #expect(Provenance.Origin(rawValue: text) == nil) }
  }

  @Test("an origin that a newer version wrote is told as somebody else's")
  func unknownOrigin() async throws {
    let store = try Store.writable(path)
    try await store.record([.busybox("a", "0")])
    try ForeignProcess(path).run("UPDATE headwater_feed SET origin = 'by magic'")
    #expect(try await story(store).map(\.provenance.origin) == [.foreign])
  }
}
