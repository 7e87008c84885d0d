// SPDX-License-Identifier: Apache-2.0
import GRDBSQLite
import PRRevision
import PRStore

/// The engine whose store is an SQLite file, BitBake's or this program's.
final class SQLiteEngine: StoreEngine {
  let path: String
  let identity: String?
  let watch = FeedNotifier()
  private let writer: GroupCommit?
  private let readers: ReaderPool
  private let externalChanges: ExternalChangePoller
  private let commitCounts = CommitCounts()
  private let hold: LossHold?
  private let mark: MarkKeeper?
  private let loss: StoreLoss?
  private let options: StoreOptions
  private let environment: StoreEnvironment
  private let access: Connection.Access

  var isReadOnly: Bool { writer == nil }
  var isFrozen: Bool { options.isFrozen }

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
      let logFiles = try LogFiles(of: writer, on: environment.files)
      let checkpoints = try Checkpointer(
        Self.smallConnection(options, .readWrite, environment),
        reader: Self.smallConnection(options, .readWrite, environment), of: logFiles, options, in: environment)
      let transaction = try WriteTransaction(
        writer, watch: watch, counts: counts, checkpoints: checkpoints, logFiles: logFiles, mark: mark, hold: hold,
        in: environment)
      return GroupCommit(transaction, timeout: options.lockTimeout, in: environment)
    }
    externalChanges = ExternalChangePoller(
      try Self.smallConnection(options, access, environment), watch: watch, in: environment)
    let (path, access) = (path, access)
    let reading = writer == nil ? UnindexedReading.whole : .afterIndexing
    readers = try ReaderPool(in: environment) { () throws(StoreError) in
      SQLiteReadContext(
        try Connection(
          path: path, on: environment.files, access: access, busy: options.lockTimeout, cache: options.readerCache),
        reading)
    }
  }

  /// What keeps the mark of a store that is written, and what holds the store while it lacks rows.
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

  /// One that reads little and waits for no lock.
  private static func smallConnection(
    _ options: StoreOptions, _ access: Connection.Access, _ environment: StoreEnvironment
  ) throws(StoreError) -> Connection {
    try Connection(
      path: options.path, on: environment.files, access: access, busy: .zero, opening: options.lockTimeout, cache: 64)
  }

  func submit(_ decision: PendingDecision) {
    guard let writer else { return decision.fail(.readOnly(path: path)) }
    writer.submit(decision)
  }

  func submit(_ read: PendingRead, in queue: ReadQueue) { readers.submit(read, in: queue) }

  func watchOtherProcesses() { externalChanges.start() }

  func eventLoopReader() throws(StoreError) -> (any EventLoopReader)? {
    try SQLiteEventLoopReader(
      Connection(
        path: path, on: environment.files, access: access, busy: .zero, opening: options.lockTimeout,
        cache: options.turnCache),
      isImmutable: access == .immutable)
  }

  func diagnosticReader() throws(StoreError) -> any DiagnosticReader {
    SQLiteDiagnosticReader(
      try Connection(
        path: path, on: environment.files, access: access, busy: .milliseconds(200), opening: options.lockTimeout,
        cache: 2 << 10),
      in: environment)
  }

  var troubles: [StoreTrouble] {
    var troubles: [StoreTrouble] = []
    if let loss = hold?.loss {
      troubles.append(.lost(loss, isHeld: true))
    } else if let loss, options.durability != .full {
      troubles.append(.lost(loss, isHeld: false))
    }
    if let problem = mark?.problem { troubles.append(.unmarked(problem)) }
    return troubles
  }

  var figures: StoreFigures {
    var figures = StoreFigures()
    let file = DatabaseFile(path, on: environment.files)
    figures.databaseBytes = file.size
    figures.logBytes = file.logSize
    figures.freeBytes = file.freeSpace
    commitCounts.fill(&figures)
    return figures
  }

  var writerProgress: WriterProgress? { writer?.progress }

  func close(isLast: Bool) -> Bool { writer?.close(isLast: isLast) ?? false }
}

extension Store {
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
    let hasUpkeep = try opened.writer.map { writer throws(StoreError) in
      try SQLiteReadContext(writer).hasUpkeep()
    }
    let store = Store(try SQLiteEngine(opened, in: environment))
    if hasUpkeep == true { store.keepUp() }
    return (store, opened.report)
  }

  /// The version of SQLite that this process runs.
  package static var sqliteVersion: String { String(cString: sqlite3_libversion()) }
}

extension Store {
  /// ``write(_:)`` for what concerns an SQLite file alone.
  func writeSQLite<Value: Sendable>(
    _ decide: @escaping @Sendable (SQLiteWriteContext) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let path = path
    return try await write { context throws(StoreError) in
      guard let context = context as? SQLiteWriteContext else {
        throw .engine(path: path, detail: "the store is not an SQLite file")
      }
      return try decide(context)
    }
  }
}
