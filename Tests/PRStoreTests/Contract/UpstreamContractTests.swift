// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: what is known of the upstream, and notes", .ownThreads)
struct UpstreamContractTests {
  private let databases = EngineDatabases()

  private static func answer(_ greatest: String?, _ values: [String], source: String? = nil) -> UpstreamAnswer {
    UpstreamAnswer(greatest: greatest.map(revision), values: values.map(revision), source: source)
  }

  @Test("an answer is kept with its values and its greatest, and is news once", arguments: EngineUnderTest.withCopy)
  func learn(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let answers = [
      Self.answer("9", ["3", "5"], source: "hub"), Self.answer("9", ["5", "03"]), Self.answer("8", ["4"]),
      Self.answer("10", []), Self.answer("10", ["5"]), Self.answer(nil, []),
    ]
    let news = try await store.write { context throws(StoreError) in
      var news: [Bool] = []
      for answer in answers { news.append(try context.learn(answer, of: .checksum("a"), milliseconds: 5)) }
      return news
    }
    #expect(news == [true, false, true, true, false, false])
    let (values, above, other, rows) = try await store.read { reader throws(StoreError) in
      (
        try reader.copiedValues(of: .checksum("a")), try reader.upstreamView(of: .checksum("a")),
        try reader.upstreamView(of: .checksum("b")), try reader.copiedRows()
      )
    }
    #expect(values == ToldValues(["3", "4", "5"].map(revision)) && rows == 3)
    #expect(above == UpstreamFacts(greatest: revision("10"), value: revision("5")))
    #expect(other == UpstreamFacts(greatest: revision("10"), value: nil))
    let view = try await store.write { context throws(StoreError) in try context.upstreamView(of: .checksum("a")) }
    #expect(view == above)
    #expect(try await store.greatest(.busybox) == nil, "copied rows are not the store's own")
    #expect(try await store.feed().rows == [.busybox("a", "3"), .busybox("a", "5"), .busybox("a", "4")])
    let story = try await store.read { reader throws(StoreError) in try reader.story(of: .busybox, checksum: nil) }
    #expect(story.map(\.provenance.asker) == ["hub", "hub", nil])
    #expect(story.allSatisfy { $0.provenance.origin == .copied && $0.provenance.milliseconds == 5 })
  }

  @Test("a value without its checksum only raises what is known of its package", arguments: EngineUnderTest.withCopy)
  func bounds(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    var seen: [String?] = []
    for bound in ["5", "4", "5.0", "5.0"] {
      try await store.write { context throws(StoreError) in try context.learn(bound: revision(bound), of: .busybox) }
      seen.append(try await store.read { reader throws(StoreError) in try reader.greatestAbove(.busybox)?.text })
    }
    _ = try await store.copy([.busybox("a", "7")], milliseconds: 1)
    try await store.write { context throws(StoreError) in try context.learn(bound: revision("6"), of: .busybox) }
    seen.append(try await store.read { reader throws(StoreError) in try reader.greatestAbove(.busybox)?.text })
    #expect(seen == ["5", "5", "5.0", "5.0", "7"])
    #expect(try await store.feed().rows == [.busybox("a", "7")], "a bound is no row")
    let other = TupleKey("other", "all", "a").package
    #expect(try await store.read { reader throws(StoreError) in try reader.greatestAbove(other) } == nil)
  }

  @Test(
    "a copied value belongs to the checksum for which it was copied first, and to one that has it as an own value",
    arguments: EngineUnderTest.withCopy)
  func rivals(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    _ = try await store.copy(
      [.busybox("c", "7"), .busybox("z", "9"), .busybox("a", "07"), .busybox("b", "7"), .busybox("a", "8")],
      milliseconds: 1)
    let rivals = ["a", "b", "c", "x"].map { TupleKey.checksum($0) }
    func read() async throws -> [[String?]] {
      try await store.read { reader throws(StoreError) in
        var found: [[String?]] = []
        for value in ["7", "8", "6"] {
          var line: [String?] = []
          for tuple in rivals { line.append(try reader.rival(for: revision(value), of: tuple)) }
          found.append(line)
        }
        return found
      }
    }
    #expect(try await read() == [["c", "c", nil, "c"], [nil, "a", "a", "a"], [nil, nil, nil, nil]])
    try await store.record([.busybox("b", "7"), .busybox("x", "8")])
    #expect(try await read() == [["b", "c", "b", "b"], ["x", "x", "x", "a"], [nil, nil, nil, nil]])
    let taken = try await store.read { reader throws(StoreError) in
      (
        try reader.isTaken(revision("7"), besides: .checksum("c")),
        try reader.isTaken(revision("9"), besides: .checksum("c"))
      )
    }
    #expect(taken == (true, false))
  }

  @Test("a note is kept until it is forgotten, across restarts", arguments: EngineUnderTest.withCopy)
  func notes(engine: EngineUnderTest) async throws {
    let database = try databases.make(engine)
    let store = try database.open()
    let text = "two words\u{0} é 'quoted'"
    try await store.write { context throws(StoreError) in
      try context.keep(.level, "1")
      try context.keep(.checked, text)
      try context.keep(.level, "2")
      try context.forget(.copyState)
    }
    store.close()
    let again = try database.open()
    func read(_ note: StoreMetadata) async throws -> String? {
      try await again.read { reader throws(StoreError) in try reader.note(note) }
    }
    #expect(try await read(.level) == "2")
    #expect(try await read(.checked)?.utf8.elementsEqual(text.utf8) == true)
    #expect(try await read(.copyState) == nil)
    try await again.write { context throws(StoreError) in try context.forget(.checked) }
    #expect(try await read(.checked) == nil)
  }
}
