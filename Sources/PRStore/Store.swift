// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A node's database. Its verbs are those of the domain; that it is SQLite is nobody else's business.
public final class Store: Sendable {
  public let path: String
  /// Which store this is, across restarts; nil on a file opened read-only that this program has never written.
  public let identity: String?
  private let writer: GroupCommit?
  let digests = FeedDigests()
  let watch = FeedWatch()
  let foreignRows: ForeignRowsClock
  let readers: ReaderPool
  let commitCounts = CommitCounts()
  private let options: StoreOptions
  private let access: Connection.Access

  public var isReadOnly: Bool { writer == nil }

  /// The file never changes.
  public var isFrozen: Bool { options.isFrozen }

  /// The rows have serials. Not so in a file that only BitBake's server has written.
  public var hasFeed: Bool { identity != nil }

  init(_ opened: OpenedDatabase) throws(StoreError) {
    let options = opened.options
    self.options = options
    path = options.path
    identity = opened.identity
    access = opened.readAccess
    let (watch, counts) = (watch, commitCounts)
    writer = try opened.writer.map { writer throws(StoreError) in
      let checkpoints = try Checkpointer(
        Connection(
          path: opened.options.path, access: .readWrite, busy: .zero, opening: options.lockPatience, cache: 64),
        options)
      return try GroupCommit(
        writer, patience: options.lockPatience, watch: watch, counts: counts, checkpoints: checkpoints)
    }
    foreignRows = ForeignRowsClock(
      try Connection(path: path, access: access, busy: .zero, opening: options.lockPatience, cache: 64), watch: watch)
    let (path, access) = (path, access)
    readers = try ReaderPool { () throws(StoreError) in
      try Connection(path: path, access: access, busy: options.lockPatience, cache: options.readerCache)
    }
  }

  /// Opens, creates, migrates or takes over a database.
  ///
  /// - Returns: the store, and what was done to the file.
  public static func open(_ options: StoreOptions) throws(StoreError) -> (store: Store, report: OpeningReport) {
    let opened = try DatabaseOpening(options).open()
    return (try Store(opened), opened.report)
  }

  /// Decides inside a write transaction. Those that wait at the same moment share one.
  ///
  /// - Parameters:
  ///   - client: whose turn it takes.
  ///   - decide: runs on the writer's thread; it may run again when another decision of the group fails.
  ///   - done: called once the row is as durable as the store was asked to be, on the writer's thread.
  public func write<Value: Sendable>(
    for client: ReadClient = .node, _ decide: @escaping @Sendable (Ledger) throws(StoreError) -> Value,
    done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    guard let writer else { return done(.failure(.readOnly(path: path))) }
    writer.submit(
      for: client,
      { ledger throws(StoreError) in
        let value = try decide(ledger)
        return { done(.success(value)) }
      },
      failed: { done(.failure($0)) })
  }

  /// What the writer is doing; nil where the file is opened to store nothing.
  public var writerProgress: WriterProgress? { writer?.pulse.progress }

  /// A reader for one event loop, to be used on its thread only. It never waits for a lock.
  public func turnReader() throws(StoreError) -> TurnReader {
    try TurnReader(
      Connection(path: path, access: access, busy: .zero, opening: options.lockPatience, cache: options.turnCache),
      isImmutable: access == .immutable)
  }

  /// For those who only want to see.
  public func lookout() throws(StoreError) -> StoreLookout {
    StoreLookout(
      try Connection(
        path: path, access: access, busy: .milliseconds(200), opening: options.lockPatience, cache: 2 << 10))
  }

  /// Finishes the decisions that were submitted, and takes no more.
  ///
  /// - Parameter isLast: nobody else of this process writes the file. Its log is emptied, so that the file alone is the
  ///   database, unless somebody reads at this moment.
  public func close(isLast: Bool = true) { writer?.close(emptiesLog: isLast) }
}

extension Store {
  /// ``write(for:_:done:)`` for those who can wait.
  public func write<Value: Sendable>(
    _ decide: @escaping @Sendable (Ledger) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try await withCheckedContinuation { continuation in
      write(decide) { continuation.resume(returning: $0) }
    }.get()
  }
}
