// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

@Suite("A search of the rows", .ownThreads)
struct FindingTests {
  @Test(
    "that is out of time gives what it has found among the newest rows, and says that it did not look at the others")
  func outOfTime() async throws {
    let folder = try TemporaryFolder()
    let store = try Store.writable(folder.file("pr.sqlite3"))
    try await store.record((0..<20_000).map { .busybox("other-\($0)", "\($0)") } + [.busybox("wanted-ABCD", "20000")])
    // So little time that it is over at the first look at the clock, some rows later.
    let found = try await store.diagnosticReader().read(within: .zero) { reader throws(StoreError) in
      try reader.find(["nted-ab"], limit: 10)
    }
    #expect(found.entries.map(\.story.checksum) == ["wanted-ABCD"])
    #expect(found.isInterrupted && found.isPartial)
    let whole = try await store.diagnosticReader().read(within: .seconds(600)) { reader throws(StoreError) in
      try reader.find(["nted-ab"], limit: 10)
    }
    #expect(whole.entries == found.entries && !whole.isInterrupted && !whole.isPartial)
  }
}
