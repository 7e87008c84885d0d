// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestSeed
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: two engines", .ownThreads)
struct RandomContractTests {
  private let databases = EngineDatabases()

  @Test("tell the same, whatever they are told", arguments: Seed.several(4))
  func same(seed: Seed) async throws {
    let file = try databases.make(.sqlite)
    var sqlite = try file.open()
    let kept = try EngineDatabase(.memory, identity: try #require(sqlite.identity))
    var memory = try kept.open()
    var generator = CommandGenerator(numbers: seed.numbers)
    var (positions, told): ([FeedPosition], [StoreCommand]) = ([], [])
    for step in 0..<20 {
      let (copy, fresh, newest) = try await memory.read { reader throws(StoreError) in
        (try reader.position(.position), try reader.position(.freshPosition), try reader.newestSerial())
      }
      let command = generator.next(copy: copy, fresh: fresh, newest: newest)
      told.append(command)
      if case .reopen = command {
        sqlite.close()
        memory.close()
        (sqlite, memory) = (try file.open(), try kept.open())
      }
      let answers = [await Self.answer(of: sqlite, to: command), await Self.answer(of: memory, to: command)]
      #expect(answers[0] == answers[1], "step \(step): \(command); \(seed)")
      let size = Int.random(in: 1...9, using: &generator.numbers)
      let earlier = positions.shuffled(using: &generator.numbers).prefix(4)
      let pictures = [
        try await StorePicture(of: sqlite, pages: size, after: Array(earlier)),
        try await StorePicture(of: memory, pages: size, after: Array(earlier)),
      ]
      positions += pictures[1].positions
      let difference = zip(pictures[0].lines, pictures[1].lines).first { $0 != $1 }
      #expect(pictures[0].lines.count == pictures[1].lines.count, "\(seed)")
      if let difference {
        Issue.record("step \(step): \(told)\nSQLite: \(difference.0)\nmemory: \(difference.1)\n\(seed)")
        return
      }
    }
  }

  private static func answer(of store: Store, to command: StoreCommand) async -> String {
    do throws(StoreError) { return try await command.apply(to: store) } catch { return "\(error)" }
  }
}
