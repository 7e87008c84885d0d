// SPDX-License-Identifier: Apache-2.0
import GRDBSQLite
import PRStore
import Synchronization

/// Brings the pages of the log to the database, on a thread and a connection of its own, so that the writer need not.
///
/// `@unchecked Sendable`: only work on its serial queue touches the connections.
final class Checkpointer: @unchecked Sendable {
  private let queue: any SerialQueue
  private let connection: Connection
  private let guarded: GuardedCheckpoint
  private let logFiles: LogFiles
  private let renewal: LogRenewal
  private let isSynced: Bool
  private let plan: Mutex<CheckpointPlan>
  private let clock: StoreClock
  private let isClosed = Atomic(false)
  private let isKept = Atomic(false)

  /// After so much time without a commit a store is quiet.
  private static let tick = Duration.milliseconds(500)

  /// - Parameters: connections that nothing else uses.
  init(
    _ connection: Connection, reader: Connection, of logFiles: LogFiles, _ options: StoreOptions,
    in environment: StoreEnvironment
  ) throws(StoreError) {
    self.connection = connection
    self.logFiles = logFiles
    queue = environment.queue(.checkpoint)
    clock = environment.clock
    guarded = try GuardedCheckpoint(reader)
    renewal = LogRenewal(of: connection)
    isSynced = options.durability != .off
    plan = Mutex(CheckpointPlan(length: options.logPages * 3 / 4, maximum: options.logPages * 4))
    try connection.execute("PRAGMA synchronous = \(options.durability.pragma)")
  }

  /// Brings over what an earlier process left in the log.
  func start() { startClock() }

  /// To be called by the writer, between two transactions, when the one before has written pages.
  func committed(inLog pages: Int, by writer: Connection) {
    let (step, startsClock) = plan.withLock { ($0.committed(inLog: pages), $0.startsClock()) }
    switch step {
    case .nothing: break
    case .inPlace:
      let reach = queue.sync { isLogReadable ? guarded.pass(on: writer) : nil }
      plan.withLock { $0.ended(.inPlace, reach) }
    case .beside: queue.async { self.run() }
    }
    if startsClock { tickLater() }
  }

  /// Returns when nothing is under way, and begins nothing any more.
  func close() {
    isClosed.store(true, ordering: .relaxed)
    queue.sync {}
  }

  /// Brings all pages to the database and leaves a log without length; to be called by the writer when it has ended.
  ///
  /// - Returns: false when another process was in the way.
  func emptyLog(by writer: Connection) -> Bool { queue.sync { isLogReadable && guarded.empty(on: writer) } }

  /// What is in the log may be brought to the database. Pages of a log that is another's, or was cut short, would destroy it.
  ///
  /// SQLite asks nothing when the last connection is closed: a connection that is never closed then keeps the log from it.
  private var isLogReadable: Bool {
    // Where the disk does not say, a later checkpoint asks again.
    guard let state = try? logFiles.state() else { return false }
    guard state == .broken else { return true }
    if !isKept.exchange(true, ordering: .relaxed) { _ = Unmanaged.passRetained(connection) }
    return false
  }

  private func run() {
    let reach = isLogReadable ? guarded.pass(on: connection) : nil
    // SQLite brings the database to the disk only when the whole log is in it. What the writer has to wait for in the
    // end is less when most of it is there already.
    let isOnDisk = isSynced ? connection.syncDatabase() : true
    plan.withLock { plan in
      // The kernel reports lost pages to a connection once. This one has its report, so it must not be the one whose word
      // ends the log.
      if isOnDisk { plan.ended(.beside, reach) } else { plan.giveUp() }
    }
  }

  // MARK: The clock

  private func startClock() {
    guard !isClosed.load(ordering: .relaxed) else { return }
    if plan.withLock({ $0.startsClock() }) { tickLater() }
  }

  private func tickLater() { clock.schedule(Self.tick) { [weak self] in self?.ticked() } }

  private func ticked() {
    queue.sync {
      guard !isClosed.load(ordering: .relaxed) else { return }
      if plan.withLock({ $0.ticked() }) == .beside { run() }
      if plan.withLock({ $0.startsRenewal() }) {
        let pages = isLogReadable ? renewal.run(guarded) : nil
        plan.withLock { $0.renewed(inLog: pages) }
      }
      startClock()
    }
  }
}

/// How many pages a connection's log holds since its last commit. From here on nothing brings them to the database
/// unless a checkpoint is asked for.
///
/// To be kept as long as the connection commits.
final class LogLength {
  private var committed: Int?

  init(of connection: Connection) {
    sqlite3_wal_hook(
      connection.handle,
      { context, _, _, pages in
        // The context is the object that set the hook, and is there as long as the connection commits.
        Unmanaged<LogLength>.fromOpaque(context!).takeUnretainedValue().committed = Int(clamping: pages)
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// The pages of the log, once after each commit that has written some; nil when there was none.
  func take() -> Int? {
    defer { committed = nil }
    return committed
  }
}

extension Connection {
  /// Brings what was written to the database to the disk.
  ///
  /// - Returns: false when the disk refused.
  fileprivate func syncDatabase() -> Bool {
    var file: UnsafeMutablePointer<sqlite3_file>?
    guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
      let methods = file.pointee.pMethods
    else { return false }
    return methods.pointee.xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK
  }
}
