// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRNode
import PRRevision
import PRStore
import PRStoreSQLite
import PRUpstream
import Synchronization
import TestStore
import TestThreads
import Testing

/// An upstream that answers once, and is away from then on.
private final class OneAnswer: UpstreamAsking {
  private let answer: Mutex<UpstreamAnswer?>
  /// Called when the answer was given.
  private let then: @Sendable () -> Void

  init(_ answer: UpstreamAnswer, then: @escaping @Sendable () -> Void) {
    self.answer = Mutex(answer)
    self.then = then
  }

  func ask(
    _ question: UpstreamQuestion, within time: Duration?, via path: QuestionPath,
    answer: @escaping @Sendable (Result<UpstreamAnswer, UpstreamError>) -> Void
  ) {
    answer(self.answer.withLock { $0.take() }.map { .success($0) } ?? .failure(.stopped))
    then()
  }
}

@Suite("What a client is told of an upstream's answer", .ownThreads)
struct KeptAnswersTests {
  enum Question: CaseIterable { case value, greatest, everything, prediction }

  @Test(
    "is in the copy before the client has it, so that it is told again while the upstream is away",
    arguments: Question.allCases)
  func kept(question: Question) async throws {
    let folder = try TemporaryFolder()
    let store = try Store.writable(folder.file("pr.sqlite3"))
    let gate = DispatchSemaphore(value: 0)
    let upstream = OneAnswer(UpstreamAnswer(greatest: revision("7"), values: [revision("7")])) { gate.signal() }
    var policy = NodePolicy(numbering: .partitioned(Partition(level: 1, lane: .only)))
    policy.isBelow = true
    policy.isReadOnly = question == .prediction
    let node = Node(store: store, policy: policy, upstream: upstream, clock: { 5000 })
    @Sendable func ask() async throws(NodeError) -> String? {
      switch question {
      case .value: try await node.test(.checksum("a"))
      case .greatest: try await node.max(.busybox)
      case .everything: try await node.lookUp(.checksum("a")).greatest?.text
      case .prediction: try await node.get(.checksum("a"))
      }
    }
    // Nothing can be written before the upstream has answered.
    store.write { _ in
      gate.wait()
    } done: { _ in
    }
    let first = try await ask()
    let kept = try await store.read { reader throws(StoreError) in try reader.greatestAbove(.busybox)?.text }
    #expect(first == "7" && kept == "7")
    let second = try await ask()
    #expect(second == "7")
  }
}
