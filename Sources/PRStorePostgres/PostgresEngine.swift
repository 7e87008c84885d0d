// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore
  import Synchronization

  /// An engine that keeps the rows in PostgreSQL. Several machines share one store.
  ///
  /// The law: nothing leaves the store before a commit, made after the read, was confirmed by the synchronous standby. See
  /// docs/authority.md.
  final class PostgresEngine: StoreEngine {
    let identity: String?
    let isReadOnly: Bool
    let watch = FeedNotifier()
    private let shared: PostgresShared
    private let look: GroupCommit?
    private let write: GroupCommit?
    private let readers: ReaderPool
    private let poller: PostgresPoller
    private let keeper: PositionKeeper?

    init(_ shared: PostgresShared, identity: String, keeper: PositionKeeper?) throws(StoreError) {
      let options = shared.options
      self.shared = shared
      self.identity = identity
      self.keeper = keeper
      isReadOnly = options.isReadOnly
      if options.isReadOnly {
        (look, write) = (nil, nil)
      } else {
        let write = GroupCommit(
          PostgresWriteLane(shared, identity: identity, watch: watch), timeout: options.timeout, in: shared.environment)
        self.write = write
        look = GroupCommit(
          PostgresLookLane(shared, identity: identity) { write.submit($0) }, timeout: options.timeout,
          in: shared.environment)
      }
      readers = try ReaderPool(in: shared.environment) { () throws(StoreError) in
        PostgresSnapshots(shared, identity: identity)
      }
      poller = PostgresPoller(shared, identity: identity, watch: watch)
    }

    var path: String { shared.path }
    var isFrozen: Bool { false }
    var largestTransaction: Int? { 1024 }

    func submit(_ decision: PendingDecision) {
      guard let look, let write else { return decision.fail(.readOnly(path: path)) }
      if decision.about.isEmpty { write.submit(decision) } else { look.submit(decision) }
    }

    func submit(_ read: PendingRead, in queue: ReadQueue) { readers.submit(read, in: queue) }

    func watchOtherProcesses() { poller.start() }

    /// No machine answers from memory: another may have numbered above it.
    func eventLoopReader() -> (any EventLoopReader)? { nil }

    func diagnosticReader() -> any DiagnosticReader {
      PostgresDiagnosticReader(shared, identity: identity ?? "")
    }

    var troubles: [StoreTrouble] {
      var troubles: [StoreTrouble] = []
      if let loss = shared.loss { troubles.append(.lost(loss, isHeld: true)) }
      if shared.hasLostStandbys { troubles.append(.noStandbys(before: shared.standbys)) }
      if let problem = keeper?.problem { troubles.append(.unmarked(problem)) }
      return troubles
    }

    var figures: StoreFigures { shared.figures() }

    var writerProgress: WriterProgress? { write?.progress }

    func close(isLast: Bool) -> Bool {
      poller.stop()
      _ = look?.close(isLast: isLast)
      let isEmpty = write?.close(isLast: isLast) ?? false
      keeper?.close()
      return isEmpty
    }
  }

  /// What opening a store found.
  package struct PostgresReport: Hashable, Sendable {
    package var isNew = false
    /// No commit waits for a standby: rows that were answered are lost with the one server.
    package var hasNoStandby = false
    /// The server's minor release may skip the wait for the standby just after a start.
    package var oldRelease: String?
  }

  extension PostgresReport {
    /// What an operator should be aware of.
    package var warnings: [String] {
      var warnings: [String] = []
      if hasNoStandby {
        warnings.append(
          "synchronous_standby_names is empty: an answer is on one server's disk alone, and lost with it; name the standbys"
        )
      }
      if let oldRelease {
        warnings.append(
          "PostgreSQL \(oldRelease) may confirm commits without their standby just after a start; install its latest release"
        )
      }
      return warnings
    }
  }

  extension Store {
    /// Opens the store in a PostgreSQL database, and makes its tables where there are none.
    ///
    /// - Parameter dialer: how its threads reach a server, and wait.
    package static func open(
      _ options: PostgresOptions, in environment: StoreEnvironment = .system, by dialer: PostgresDialer = .libpq
    ) throws(StoreError) -> (Store, PostgresReport) {
      let shared = PostgresShared(options, in: environment, by: dialer)
      let opening = try PostgresOpening(shared)
      let file = options.positionFile.map { PositionFile($0, in: environment) }
      let known = try file?.read(store: opening.identity)
      if let known { shared.restore(known) }
      if options.isOfServer, !options.isReadOnly {
        do throws(StoreError) {
          try PostgresStanding(opening.connection, shared, identity: opening.identity).check()
        } catch .unconfirmed {
          // The engine reports it, and looks again.
        }
      }
      let keeper = file.map { PositionKeeper(shared, $0, identity: opening.identity, written: known) }
      let engine = try PostgresEngine(shared, identity: opening.identity, keeper: keeper)
      return (Store(engine), opening.report)
    }
  }
#endif
