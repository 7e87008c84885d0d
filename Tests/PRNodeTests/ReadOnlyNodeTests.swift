// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

@Suite("A node that stores nothing", .ownThreads)
struct ReadOnlyNodeTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    // a was superseded by b.
    _ = try ForeignProcess.bitbake(path, [.busybox("a", "9"), .busybox("b", "10"), .busybox("a", "2")])
  }

  @Test("a known tuple gets its greatest number, superseded or not; with history its least", arguments: OnMiss.allCases)
  func known(onMiss: OnMiss) async throws {
    let node = try Node.node(path, readOnly: true, onMiss: onMiss)
    #expect(node.isReadOnly)
    #expect(try await node.get(.checksum("b")) == "10")
    #expect(try await node.get(.checksum("a")) == "9")
    #expect(try await node.get(.checksum("a"), .kept) == "2")
    #expect(try await node.test(.checksum("a")) == "9")
    #expect(try await node.max(.busybox) == "10")
  }

  @Test("an unknown tuple is refused by name, with what to do", arguments: [History.none, .kept])
  func refuses(history: History) async throws {
    let node = try Node.node(path, readOnly: true)
    let expected = NodeError.refused(.unrecorded, .checksum("c"))
    await #expect(throws: expected) { try await node.get(.checksum("c"), history) }
    for word in ["read-only", "busybox-1.36.1-r0 core2-64 c", "--on-miss predict"] {
      #expect("\(expected)".contains(word))
    }
    #expect(try ForeignProcess(path).rows().count == 3)
  }

  @Test("or gets what would be minted, which is not kept", arguments: Numbering.alone)
  func predicts(numbering: Numbering) async throws {
    let node = try Node.node(path, numbering, readOnly: true, onMiss: .predict)
    for _ in 0..<2 { #expect(try await node.get(.checksum("c")) == "11") }
    #expect(try await node.get(.checksum("d"), .kept) == "11")
    #expect(try await node.get(TupleKey("new", "all", "c")) == "0")
    #expect(try ForeignProcess(path).rows().count == 3)
  }

  @Test(
    "BitBake's numbering predicts for a superseded tuple too, whatever it was told about misses",
    arguments: OnMiss.allCases)
  func bitbakes(onMiss: OnMiss) async throws {
    let node = try Node.node(path, .bitbake, readOnly: true, onMiss: onMiss)
    #expect(try await node.get(.checksum("a")) == "11")
    #expect(try await node.get(.checksum("a"), .kept) == "2")
    #expect(try await node.get(.checksum("c")) == "11")
  }

  @Test("an import is answered with no", arguments: Numbering.alone)
  func imports(numbering: Numbering) async throws {
    let node = try Node.node(path, numbering, readOnly: true)
    #expect(try await node.importOne(.checksum("c"), "11") == false)
    #expect(try await node.importOne(.checksum("c"), "no revision") == false)
    #expect(try ForeignProcess(path).rows().count == 3)
  }

  /// One value of the copy for two contents each: `4` by the order of copying, `10` by an own row, `05` by its spelling.
  private func copyTwice() async throws {
    let store = try Store.writable(path)
    for rows in [
      [Row.busybox("lost", "4")], [.busybox("given", "4"), .busybox("twice", "1")], [.busybox("twice", "4")],
      [.busybox("new", "10"), .busybox("old", "05")], [.busybox("again", "5")],
    ] {
      _ = try await store.copy(rows, milliseconds: 5)
    }
    store.close()
  }

  @Test("a copied value is answered for one content only: an own row's, else the one copied first, after a restart too")
  func copiedTwice() async throws {
    try await copyTwice()
    for _ in 0..<2 {
      let node = try Node.node(path, readOnly: true)
      for (checksum, value) in [("lost", "4"), ("b", "10"), ("old", "05"), ("twice", "1")] {
        for history in [History.none, .kept] {
          #expect(try await node.get(.checksum(checksum), history) == value)
          #expect(try await node.test(.checksum(checksum), history) == value)
        }
      }
      for (checksum, value, holder) in [("given", "4", "lost"), ("new", "10", "b"), ("again", "5", "old")] {
        let expected = NodeError.refused(.taken(revision(value), holder: holder), .checksum(checksum))
        for history in [History.none, .kept] {
          await #expect(throws: expected) { try await node.get(.checksum(checksum), history) }
          #expect(try await node.test(.checksum(checksum), history) == nil)
        }
        for word in [value, "busybox-1.36.1-r0 core2-64 \(checksum)", "checksum \(holder) here", "restored", "anew"] {
          #expect("\(expected)".contains(word))
        }
      }
      #expect(node.decisions.misses == 6 && node.decisions.lastMisses.count == 3)
    }
    let predicting = try Node.node(path, readOnly: true, onMiss: .predict)
    #expect(try await predicting.get(.checksum("given")) == "11")
  }

  @Test("it sees what others write while it serves")
  func follows() async throws {
    let node = try Node.node(path, readOnly: true)
    let writer = try Node.node(path)
    #expect(try await writer.get(.checksum("c")) == "11")
    #expect(try await node.get(.checksum("c")) == "11")
    #expect(try await node.max(.busybox) == "11")
  }
}
