// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRStore
import PRStoreSQLite
import PRUpstream
import Synchronization
import TestStore
import Testing

/// What each request costs in steps of SQLite's virtual machine: the bytes that come and leave count, and not how many
/// rows its package or values its checksum has.
@Suite("What requests cost")
struct CostTests {
  /// How many rows and values the smaller database has; the other has ten times as many.
  private static let base = (rows: 10_000, values: 1_000)

  private func node(_ scale: Int, in folder: TemporaryFolder) async throws -> Node {
    let database = try LargeDatabase(
      folder.file("\(scale).sqlite3"), rows: Self.base.rows * scale, values: Self.base.values * scale)
    var options = StoreOptions(path: database.path, durability: .off, guardsValues: true)
    // The mark is written by a timer: its reads belong to no request.
    options.keepsMark = false
    let store = try Store.open(options).store
    try await database.settle(store)
    try await database.fillCopy(of: store)
    return Node(
      store: store, policy: NodePolicy(numbering: .partitioned(Partition(level: 1, lane: .only))),
      upstream: SameAnswer(), clock: { 1_700_000_000_000 })
  }

  @Test("does not depend on how much there is beside what is asked")
  func constant() async throws {
    let folder = try TemporaryFolder()
    let nodes = [try await node(1, in: folder), try await node(10, in: folder)]
    for request in (RequestKind?).counted {
      for (index, question) in Self.questions(request).enumerated() {
        var costs: [Int] = []
        for node in nodes {
          costs.append(
            try await StepCount.median(of: node.store.path) {
              try await question(node)
              try await node.store.write { _ in }
            })
        }
        #expect(
          costs[1] <= costs[0] + costs[0] / 5 + 5,
          "\(request.label), question \(index): \(costs[0]) steps, and \(costs[1]) with ten times as many rows")
      }
    }
    for node in nodes { node.store.close() }
  }

  /// Also waits for what is written behind an answer, as that which an upstream told is.
  private typealias Question = (Node) async throws -> Void
  private static let next = Atomic(0)
  private static var number: Int { next.wrappingAdd(1, ordering: .relaxed).newValue }
  private static let flip = LargeDatabase.flip
  private static let large = LargeDatabase.large

  /// A request without questions here has none that reads the database.
  private static func questions(_ request: RequestKind?) -> [Question] {
    switch request {
    case .getPR:
      [
        { _ = try await $0.get(TupleKey(package: large, checksum: "new\(number)")) },
        { _ = try await $0.get(flip) }, { _ = try await $0.get(flip, .kept) },
        { _ = try await $0.get(TupleKey(package: LargeDatabase.flipping, checksum: "b")) },
      ]
    case .testPR:
      [
        { _ = try await $0.test(flip) }, { _ = try await $0.test(flip, .kept) },
        { _ = try await $0.test(TupleKey(package: large, checksum: "never")) },
      ]
    case .testPackage, .maxPackagePR:
      [{ _ = try await $0.max(large) }, { _ = try await $0.max(LargeDatabase.flipping) }]
    case .importOne:
      [
        { node in
          await #expect(throws: NodeError.self) {
            try await node.importOne(TupleKey(package: large, checksum: "never"), "5")
          }
        },
        { _ = try await $0.importOne(TupleKey(package: large, checksum: "import\(number)"), "4.\(number).7") },
      ]
    case .lookup:
      [{ _ = try await $0.lookUp(flip) }, { _ = try await $0.lookUp(TupleKey(package: large, checksum: "never")) }]
    case .export:
      [
        { try await $0.firstPage(RowFilter(history: .kept)) }, { try await $0.firstPage(RowFilter()) },
        { try await $0.firstPage(RowFilter(version: large.version, history: .kept)) },
        { try await $0.firstPage(RowFilter(pkgarch: "none", history: .kept)) },
        { try await $0.firstPage(RowFilter(checksum: "none", history: .kept)) },
      ]
    case .changes: [{ try await $0.lastChanges() }]
    default: []
    }
  }
}

/// An upstream that tells as many values as one can.
private struct SameAnswer: UpstreamAsking {
  func ask(
    _ question: UpstreamQuestion, within time: Duration?, via path: QuestionPath,
    answer: @escaping @Sendable (Result<UpstreamAnswer, UpstreamError>) -> Void
  ) {
    let values = question == .tuple(LargeDatabase.flip, .none) ? (0..<16).map { revision("\($0).1") } : []
    answer(.success(UpstreamAnswer(greatest: values.last, values: values, hasMore: true, level: 0)))
  }
}

extension Node {
  fileprivate func firstPage(_ filter: RowFilter) async throws {
    let answer: Result<RowPage, NodeError> = await withCheckedContinuation { continuation in
      page(of: filter, from: .start) { continuation.resume(returning: $0) }
    }
    _ = try answer.get()
  }

  /// What a follower asks that has all but the last rows.
  fileprivate func lastChanges() async throws {
    var position = try await store.page(after: nil, limit: 1).position
    position.serial = 1
    _ = try await store.page(after: position, limit: 10)
  }
}
