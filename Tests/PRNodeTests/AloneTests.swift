// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRStore
import PRStoreSQLite
import PRUpstream
import Synchronization
import TestStore
import TestThreads
import Testing

/// An upstream that answers what it is told to.
private final class ToldUpstream: UpstreamAsking {
  let answer = Mutex<UpstreamAnswer?>(nil)

  func ask(
    _ question: UpstreamQuestion, within time: Duration?, via path: QuestionPath,
    answer: @escaping @Sendable (Result<UpstreamAnswer, UpstreamError>) -> Void
  ) {
    answer(self.answer.withLock { $0 }.map { .success($0) } ?? .failure(.stopped))
  }
}

@Suite("Values that are minted without the upstream", .ownThreads)
struct AloneTests {
  private let folder: TemporaryFolder
  private let upstream = ToldUpstream()

  init() throws { folder = try TemporaryFolder() }

  private func node(_ away: UpstreamAway = .fallback) throws -> Node {
    var policy = NodePolicy(numbering: .partitioned(Partition(level: 1, lane: .only)), upstreamAway: away)
    policy.isBelow = true
    return Node(
      store: try Store.writable(folder.file("\(away).sqlite3")), policy: policy, upstream: upstream, clock: { 5000 })
  }

  @Test("are counted, with an alarm until the upstream answers again")
  func counted() async throws {
    let node = try node()
    for checksum in ["a", "b", "b"] { _ = try await node.get(.checksum(checksum)) }
    #expect(node.decisions.mintedAlone == 2 && node.decisions.alone?.values == 2)
    #expect(node.decisions.alone?.since == 5000)
    #expect(node.alarms.all.all.map(\.cause) == [Node.aloneCause])
    upstream.answer.withLock { $0 = UpstreamAnswer(greatest: nil, values: []) }
    #expect(try await node.get(.checksum("c")) == "0.2")
    #expect(node.decisions.mintedAlone == 2 && node.decisions.alone == nil && node.alarms.all.all.isEmpty)
  }

  @Test("are none where the value is on record, or was copied")
  func others() async throws {
    let node = try node()
    let told = UpstreamAnswer(greatest: Revision("3"), values: [Revision("3")].compactMap(\.self))
    upstream.answer.withLock { $0 = told }
    #expect(try await node.get(.checksum("a")) == "3")
    upstream.answer.withLock { $0 = nil }
    #expect(try await node.get(.checksum("a")) == "3")
    #expect(node.decisions.mintedAlone == 0 && node.alarms.all.all.isEmpty)
  }

  @Test("raise no alarm at a node that asks no upstream")
  func offline() async throws {
    let node = try node(.offline)
    _ = try await node.get(.checksum("a"))
    #expect(node.decisions.mintedAlone == 1 && node.alarms.all.all.isEmpty)
  }
}
