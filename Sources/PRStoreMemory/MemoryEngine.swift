// SPDX-License-Identifier: Apache-2.0
import PRStore

/// An engine that keeps the rows in memory: the second one behind the facade. Its tables are values, and its decisions
/// read whole packages, so that SQLite's engine can be compared with it.
final class MemoryEngine: StoreEngine {
  static let path = "memory"

  private let database: MemoryDatabase
  private let writer: GroupCommit?
  private let readers: ReaderPool
  private let hasEventLoopReader: Bool
  private let environment: StoreEnvironment
  private let counts = CommitCounts()

  init(
    _ database: MemoryDatabase, isReadOnly: Bool, hasEventLoopReader: Bool, by process: MemoryProcess,
    in environment: StoreEnvironment
  ) throws(StoreError) {
    self.database = database
    self.hasEventLoopReader = hasEventLoopReader
    self.environment = environment
    writer =
      isReadOnly
      ? nil : GroupCommit(MemoryTransaction(database, process, counts), timeout: .seconds(600), in: environment)
    readers = try ReaderPool(in: environment) { () throws(StoreError) in MemorySnapshots(database) }
  }

  var path: String { Self.path }
  var identity: String? { database.identity }
  var isReadOnly: Bool { writer == nil }
  var isFrozen: Bool { false }
  var watch: FeedNotifier { database.watch }

  func submit(_ decision: PendingDecision) {
    guard let writer else { return decision.fail(.readOnly(path: path)) }
    writer.submit(decision)
  }

  func submit(_ read: PendingRead, in queue: ReadQueue) { readers.submit(read, in: queue) }

  /// The stores of a database have one notifier.
  func watchOtherProcesses() {}

  func eventLoopReader() -> (any EventLoopReader)? { hasEventLoopReader ? MemoryEventLoopReader(database) : nil }

  func diagnosticReader() -> any DiagnosticReader { MemoryDiagnosticReader(database, in: environment) }

  var troubles: [StoreTrouble] { [] }

  var figures: StoreFigures {
    var figures = StoreFigures()
    counts.fill(&figures)
    return figures
  }

  var writerProgress: WriterProgress? { writer?.progress }

  func close(isLast: Bool) -> Bool { writer?.close(isLast: isLast) ?? false }
}
