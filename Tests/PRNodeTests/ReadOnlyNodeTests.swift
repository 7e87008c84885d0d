// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRStore
import TestStore
import Testing

@Suite("A node that stores nothing")
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

  @Test("it sees what others write while it serves")
  func follows() async throws {
    let node = try Node.node(path, readOnly: true)
    let writer = try Node.node(path)
    #expect(try await writer.get(.checksum("c")) == "11")
    #expect(try await node.get(.checksum("c")) == "11")
    #expect(try await node.max(.busybox) == "11")
  }
}
