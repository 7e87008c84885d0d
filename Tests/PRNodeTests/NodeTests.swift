// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

@Suite("A node that stands alone", .ownThreads)
struct NodeTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  @Test("without history numbers count up, and a superseded checksum gets a new one", arguments: Numbering.alone)
  func noHistory(numbering: Numbering) async throws {
    let node = try Node.node(path, numbering)
    for (checksum, answer) in [("a", "0"), ("a", "0"), ("b", "1"), ("b", "1"), ("a", "2"), ("b", "3"), ("c", "4")] {
      #expect(try await node.get(.checksum(checksum)) == answer)
    }
    #expect(try await node.get(TupleKey("other", "core2-64", "a")) == "0")
    #expect(try await node.get(TupleKey(TupleKey.checksum("a").package.version, "all", "a")) == "0")
    #expect(try await node.export().count == 7)
  }

  @Test("with history a checksum keeps its first number", arguments: Numbering.alone)
  func history(numbering: Numbering) async throws {
    let node = try Node.node(path, numbering)
    for (checksum, answer) in [("a", "0"), ("b", "1"), ("a", "0"), ("c", "2"), ("b", "1")] {
      #expect(try await node.get(.checksum(checksum), .kept) == answer)
    }
    #expect(try await node.get(.checksum("a")) == "3")
    #expect(try await node.get(.checksum("a"), .kept) == "0")
    #expect(try await node.test(.checksum("a"), .kept) == "0")
    #expect(try await node.test(.checksum("a")) == "3")
  }

  @Test("questions store nothing", arguments: Numbering.alone)
  func questions(numbering: Numbering) async throws {
    let node = try Node.node(path, numbering)
    #expect(try await node.test(.checksum("a")) == nil)
    #expect(try await node.test(.checksum("a"), .kept) == nil)
    #expect(try await node.max(.busybox) == nil)
    #expect(try await node.export().isEmpty)
    for checksum in ["a", "b"] { _ = try await node.get(.checksum(checksum)) }
    #expect(try await node.test(.checksum("a")) == "0")
    #expect(try await node.test(.checksum("c")) == nil)
    #expect(try await node.max(.busybox) == "1")
    #expect(try await node.export() == [.busybox("a", "0"), .busybox("b", "1")])
    #expect(try await node.export(RowFilter()) == [.busybox("b", "1")])
  }

  @Test("an imported number is counted on from", arguments: Numbering.alone)
  func imports(numbering: Numbering) async throws {
    let node = try Node.node(path, numbering)
    #expect(try await node.importOne(.checksum("a"), "9"))
    #expect(try await node.importOne(.checksum("a"), "9"), "again")
    #expect(try await node.importOne(.checksum("b"), "010"))
    #expect(try await node.test(.checksum("b")) == "010")
    #expect(try await node.get(.checksum("c")) == "11")
    #expect(try await node.importOne(.checksum("d"), "3"), "below what is there")
    #expect(try await node.get(.checksum("d")) == "12")
    #expect(try await node.export(RowFilter(checksum: "d", history: .kept)).map(\.value) == ["12", "3"])
  }

  @Test("after a dotted value each numbering goes on in its own way")
  func dotted() async throws {
    for (numbering, next) in [(Numbering.bitbake, "4.8"), (.partitioned(.root), "5")] {
      let node = try Node.node(folder.file(next), numbering)
      #expect(try await node.importOne(.checksum("a"), "4.7"))
      #expect(try await node.get(.checksum("a")) == "4.7")
      #expect(try await node.get(.checksum("b")) == next)
    }
  }

  @Test("a value that belongs to another checksum is refused with its name", arguments: ["5", "05"])
  func duplicate(value: String) async throws {
    let node = try Node.node(path)
    #expect(try await node.importOne(.checksum("a"), "5"))
    let package = TupleKey.checksum("b").package
    await #expect(throws: NodeError.store(.taken(package, value: value, holder: "a"))) {
      try await node.importOne(.checksum("b"), value)
    }
    #expect(try await node.export() == [.busybox("a", "5")])
  }

  @Test("BitBake's numbering lets two checksums have one value")
  func duplicateInBitBakes() async throws {
    let node = try Node.node(path, .bitbake)
    for checksum in ["a", "b"] { #expect(try await node.importOne(.checksum(checksum), "5")) }
    for checksum in ["a", "b"] { #expect(try await node.get(.checksum(checksum)) == "5") }
    #expect(try await node.get(.checksum("c")) == "6")
  }

  @Test(
    "what is no revision is refused",
    arguments: ["", " 1", "1 ", "-1", "1.", ".1", "1..2", "1_0", "٣", "18446744073709551616", "x"])
  func notARevision(value: String) async throws {
    for numbering in Numbering.alone {
      let node = try Node.node(path, numbering)
      await #expect(throws: NodeError.store(.notARevision)) { try await node.importOne(.checksum("a"), value) }
      #expect(try await node.export().isEmpty)
    }
  }

  @Test("where no number is left the request is refused, with what to do", arguments: Numbering.alone)
  func overflow(numbering: Numbering) async throws {
    let node = try Node.node(path, numbering)
    #expect(try await node.importOne(.checksum("a"), "18446744073709551614"))
    #expect(try await node.get(.checksum("b")) == "18446744073709551615")
    let expected = NodeError.refused(.overflow(revision("18446744073709551615")), .checksum("c"))
    await #expect(throws: expected) { try await node.get(.checksum("c")) }
    for word in ["18446744073709551615", "64 bits", "busybox-1.36.1-r0 core2-64", "new version"] {
      #expect("\(expected)".contains(word))
    }
    #expect(try await node.get(.checksum("b")) == "18446744073709551615", "known tuples are answered as ever")
    #expect(try await node.export().count == 2)
  }

  @Test("each row tells its rule, its asker and its time")
  func provenance() async throws {
    let node = try Node.node(path)
    for checksum in ["a", "b", "a"] { _ = try await node.get(.checksum(checksum)) }
    _ = try await node.importOne(.checksum("c"), "9")
    let story = try await node.store.read { reader throws(StoreError) in
      try reader.story(of: .busybox, checksum: nil)
    }
    #expect(story.map(\.provenance.origin) == [.rule(.first), .rule(.next), .rule(.renewed), .imported])
    #expect(story.allSatisfy { $0.provenance.asker == "10.0.0.7" && $0.provenance.milliseconds == 1_700_000_000_000 })
  }

  @Test("a node that is closing says so")
  func closed() async throws {
    let node = try Node.node(path)
    node.store.close()
    await #expect(throws: NodeError.store(.closed)) { try await node.get(.checksum("a")) }
    #expect("\(NodeError.store(.closed))" == "\(StoreError.closed)")
  }
}
