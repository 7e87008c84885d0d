// SPDX-License-Identifier: Apache-2.0
import GRDBSQLite
import PRRevision

/// A node's database. Its verbs are those of the domain; no other target depends on SQLite.
package final class Store: Sendable {
  package let path: String
  /// Which store this is, across restarts; nil on a file opened read-only that this program has never written.
  package let identity: String?
  private let writer: GroupCommit?
  let digests = FeedDigests()
  let watch = FeedNotifier()
  let externalChanges: ExternalChangePoller
  let readers: ReaderPool
  let commitCounts = CommitCounts()
  private let hold: LossHold?
  private let mark: MarkKeeper?
  private let loss: StoreLoss?
  let settling = SettlingDesk()
  private let options: StoreOptions
  let environment: StoreEnvironment
  private let access: Connection.Access

  package var isReadOnly: Bool { writer == nil }

  /// The file never changes.
  package var isFrozen: Bool { options.isFrozen }

  /// The rows have serials. Not so in a file that only BitBake's server has written.
  package var hasFeed: Bool { identity != nil }

  init(_ opened: OpenedDatabase, in environment: StoreEnvironment) throws(StoreError) {
    let options = opened.options
    self.environment = environment
    self.options = options
    path = options.path
    identity = opened.identity
    access = opened.readAccess
    loss = opened.report.loss
    let (watch, counts) = (watch, commitCounts)
    (hold, mark) = try Self.marking(opened, environment)
    let (hold, mark) = (hold, mark)
    writer = try opened.writer.map { writer throws(StoreError) in
      let checkpoints = try Checkpointer(
        Self.smallConnection(options, .readWrite, environment),
        reader: Self.smallConnection(options, .readWrite, environment), options, in: environment)
      return try GroupCommit(
        writer, patience: options.lockPatience, watch: watch, counts: counts, checkpoints: checkpoints, mark: mark,
        hold: hold, in: environment)
    }
    externalChanges = ExternalChangePoller(
      try Self.smallConnection(options, access, environment), watch: watch, in: environment)
    let (path, access) = (path, access)
    readers = try ReaderPool(writer == nil ? .whole : .afterIndexing, in: environment) { () throws(StoreError) in
      try Connection(
        path: path, on: environment.files, access: access, busy: options.lockPatience, cache: options.readerCache)
    }
  }

  /// Who keeps the mark of a store that is written, and what holds it while it lacks rows.
  private static func marking(
    _ opened: OpenedDatabase, _ environment: StoreEnvironment
  ) throws(StoreError) -> (LossHold?, MarkKeeper?) {
    guard opened.writer != nil, opened.options.keepsMark, let store = opened.identity else { return (nil, nil) }
    let held = opened.report.isHeld ? opened.report.loss : nil
    let keeper = MarkKeeper(
      try smallConnection(opened.options, .readWrite, environment), store: store, mark: opened.mark,
      isHeld: held != nil, in: environment)
    return (LossHold(held, MarkFile(of: opened.options.path, in: environment), store: store), keeper)
  }

  /// What is wrong with the database at this moment.
  package var troubles: [StoreTrouble] {
    var troubles: [StoreTrouble] = []
    if let loss = hold?.loss {
      troubles.append(.lost(loss, isHeld: true))
    } else if let loss, options.durability != .full {
      troubles.append(.lost(loss, isHeld: false))
    }
    if let problem = mark?.problem { troubles.append(.unmarked(problem)) }
    return troubles
  }

  /// One that reads little and waits for no lock.
  private static func smallConnection(
    _ options: StoreOptions, _ access: Connection.Access, _ environment: StoreEnvironment
  ) throws(StoreError) -> Connection {
    try Connection(
      path: options.path, on: environment.files, access: access, busy: .zero, opening: options.lockPatience, cache: 64)
  }

  /// Opens, creates, migrates or takes over a database.
  ///
  /// - Returns: the store, and what was done to the file.
  package static func open(_ options: StoreOptions) throws(StoreError) -> (store: Store, report: OpeningReport) {
    try open(options, in: .system)
  }

  /// The same with other threads, clocks and files than the machine's.
  package static func open(
    _ options: StoreOptions, in environment: StoreEnvironment
  ) throws(StoreError) -> (store: Store, report: OpeningReport) {
    let opened = try DatabaseOpening(options, in: environment).open()
    let hasUpkeep = try opened.writer.map { writer throws(StoreError) in try ReadContext(writer).hasUpkeep() } ?? false
    let store = try Store(opened, in: environment)
    if hasUpkeep { store.keepUp() }
    return (store, opened.report)
  }

  /// The version of SQLite that this process runs.
  package static var sqliteVersion: String { String(cString: sqlite3_libversion()) }

  /// Decides inside a write transaction. Those that wait at the same moment share one.
  ///
  /// - Parameters:
  ///   - client: whose turn it takes.
  ///   - decide: runs on the writer's thread; it may run again when another decision of the group fails.
  ///   - done: called once the row is as durable as the store was asked to be, on the writer's thread.
  package func write<Value: Sendable>(
    for client: ReadClient = .node, _ decide: @escaping @Sendable (WriteContext) throws(StoreError) -> Value,
    done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    writeOnce(for: client, decide) { outcome in
      guard case .failure(.unsettled(let package)) = outcome else { return done(outcome) }
      self.settling.settle(package, self) { error in
        switch error {
        case nil: self.write(for: client, decide, done: done)
        case .locked?, .closed?: done(.failure(error ?? .closed))
        case let error?: self.writeUnsettled(for: client, decide, error, done: done)
        }
      }
    }
  }

  /// Decides on a package that cannot be indexed, as on a full disk: what needs no row is answered all the same.
  private func writeUnsettled<Value: Sendable>(
    for client: ReadClient, _ decide: @escaping @Sendable (WriteContext) throws(StoreError) -> Value,
    _ error: StoreError,
    done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    writeOnce(for: client) { context throws(StoreError) in
      try context.reader.readingWhole { () throws(StoreError) in try decide(context) }
    } done: { outcome in
      if case .failure(.unsettled) = outcome { done(.failure(error)) } else { done(outcome) }
    }
  }

  /// The same for a decision that waits for no package.
  func writeOnce<Value: Sendable>(
    for client: ReadClient = .node, _ decide: @escaping @Sendable (WriteContext) throws(StoreError) -> Value,
    done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    guard let writer else { return done(.failure(.readOnly(path: path))) }
    writer.submit(
      for: client,
      { context throws(StoreError) in
        let value = try decide(context)
        return { done(.success(value)) }
      },
      failed: { done(.failure($0)) })
  }

  /// What the writer is doing; nil where the file is opened to store nothing.
  package var writerProgress: WriterProgress? { writer?.pulse.progress }

  /// A reader for one event loop, to be used on its thread only. It never waits for a lock.
  package func turnReader() throws(StoreError) -> EventLoopReader {
    try EventLoopReader(
      Connection(
        path: path, on: environment.files, access: access, busy: .zero, opening: options.lockPatience,
        cache: options.turnCache),
      isImmutable: access == .immutable)
  }

  /// For diagnosis.
  package func lookout() throws(StoreError) -> DiagnosticReader {
    DiagnosticReader(
      try Connection(
        path: path, on: environment.files, access: access, busy: .milliseconds(200), opening: options.lockPatience,
        cache: 2 << 10),
      in: environment)
  }

  /// Finishes the decisions that were submitted, and takes no more.
  ///
  /// - Parameter isLast: no other part of this process writes the file. Its log is emptied, so that the file alone is
  ///   the database.
  /// - Returns: whether the log was emptied: not so while another process reads or writes the file.
  @discardableResult
  package func close(isLast: Bool = true) -> Bool { writer?.close(emptiesLog: isLast) ?? false }
}

extension Store {
  /// ``write(for:_:done:)`` for callers that can suspend.
  package func write<Value: Sendable>(
    _ decide: @escaping @Sendable (WriteContext) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try await withCheckedContinuation { continuation in
      write(decide) { continuation.resume(returning: $0) }
    }.get()
  }
}
