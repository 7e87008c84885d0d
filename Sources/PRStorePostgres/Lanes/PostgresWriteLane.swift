// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// Decisions that write rows. The row of the feed's end is locked from the first flush to the end of the commit, on all machines:
  /// serials are in the order of commits and have no gaps.
  final class PostgresWriteLane: PostgresLane, GroupTransaction, @unchecked Sendable {
    private let watch: FeedNotifier

    init(_ shared: PostgresShared, identity: String, watch: FeedNotifier) {
      self.watch = watch
      super.init(shared, identity: identity)
    }

    func run(_ group: [PendingDecision]) -> [PendingDecision] { runInParts(group, runTogether) }

    private func runTogether(_ group: [PendingDecision]) -> [PendingDecision] {
      guard let connection else { return group }
      session.deadline = deadline(of: group)
      session.asked = nil
      let start = shared.now()
      let context: PostgresWriteContext
      do throws(PostgresFailure) {
        context = try lock(connection, group)
      } catch {
        return abandon(group, error)
      }
      if let refusal = context.refusal, case .movedAway = refusal {
        session.drop()
        for decision in group { decision.fail(refusal) }
        return []
      }
      var outcomes: [@Sendable () -> Void] = []
      outcomes.reserveCapacity(group.count)
      for decision in group {
        let savepoint = context.rows.set.savepoint
        do throws(StoreError) {
          outcomes.append(try decision.decide(context))
        } catch {
          if let asked = session.asked { return abandon(group, asked) }
          context.rows.set.roll(back: savepoint)
          outcomes.append { decision.fail(error) }
        }
      }
      var end = commit(connection, group, context.rows.set)
      while case .doubtful(let error) = end { end = confirm(group, context.rows.set, doubt: error) }
      if case .over(let rest) = end { return rest }
      shared.confirm(context.rows.set.end)
      shared.counts.count(group.count, took: shared.now() - start)
      for outcome in outcomes { outcome() }
      announce(context.rows.set)
      return []
    }

    /// Looks whether rows of a doubtful commit are on record, and has a commit behind them confirmed: a confirmed commit covers all in
    /// front of it. So no decision is made twice.
    ///
    /// - Parameter doubt: why the commit is doubtful.
    private func confirm(_ group: [PendingDecision], _ set: PostgresWorkingSet, doubt: StoreError) -> PostgresEnd {
      guard !set.rows.isEmpty else {
        // What has no row is the same when it is decided again, but for the register: who asked asks again.
        guard set.changesRegister else { return .over(again(group, doubt)) }
        for decision in group { decision.fail(doubt) }
        return .over([])
      }
      guard shared.now() < deadline(of: group) else {
        for decision in group { decision.fail(doubt) }
        return .over([])
      }
      do throws(StoreError) {
        try begin()
      } catch .locked {
        return .doubtful(doubt)
      } catch {
        for decision in group { decision.fail(error) }
        return .over([])
      }
      guard let connection else { return .doubtful(doubt) }
      do throws(PostgresFailure) {
        try connection.add(PostgresSQL.begin)
        try connection.add(PostgresFacts.lockedEnd)
        try connection.add(
          PostgresRows.feed,
          [
            .number(set.rows[0].end.serial - 1), .number(set.end.serial), .number(Int64(clamping: set.rows.count)),
          ])
        let found = try connection.flush(until: deadline(of: group))[2]
        guard (0..<found.count).map({ found.row($0) }) == set.rows.map(\.row) else {
          return .over(abandon(group, .refused(state: "40001", message: "the rows of the commit are gone")))
        }
      } catch {
        guard error.remedy == .reconnect || error.remedy == .again else { return .over(abandon(group, error)) }
        // On another connection.
        session.drop()
        return .doubtful(doubt)
      }
      return finish(connection, group, writes: false) { _ throws(PostgresFailure) in }
    }

    /// Begins a transaction, takes the lock and fetches the facts of the group. What is read behind the lock is what its last holder
    /// has committed.
    private func lock(
      _ connection: PostgresConnection, _ group: [PendingDecision]
    ) throws(PostgresFailure) -> PostgresWriteContext {
      let tuples = Array(Set(group.flatMap(\.about)))
      try connection.add(PostgresSQL.begin)
      try connection.add(PostgresFacts.lockedEnd)
      if !tuples.isEmpty { try connection.add(PostgresFacts.fetch, PostgresFacts.parameters(tuples)) }
      let replies = try connection.flush(until: session.deadline)
      let rows = PostgresReadContext(self, of: identity)
      let context = PostgresWriteContext(rows, path: shared.path, isLook: false)
      guard replies.count > 1, replies[1].count == 1 else {
        context.refusal = .movedAway(path: shared.path)
        return context
      }
      rows.set = PostgresWorkingSet(end: try replies[1].point(0))
      if !tuples.isEmpty { rows.set.take(tuples, replies[2]) }
      let isStopped = shared.loss != nil
      let stop = PostgresStop.refusal(replies[1].optionalText(0, 2), shared)
      // The stop was lifted: another connection looks what was confirmed since.
      if isStopped, stop == nil { throw .lost("the store was recovered") }
      context.refusal = shared.options.isOfServer ? stop : nil
      return context
    }

    private func commit(
      _ connection: PostgresConnection, _ group: [PendingDecision], _ set: PostgresWorkingSet
    ) -> PostgresEnd {
      finish(connection, group, writes: set.isChanged) { connection throws(PostgresFailure) in
        try set.add(to: connection)
      }
    }

    private func finish(
      _ connection: PostgresConnection, _ group: [PendingDecision], writes: Bool,
      _ statements: (PostgresConnection) throws(PostgresFailure) -> Void
    ) -> PostgresEnd {
      let outcome: Result<[PostgresReply], PostgresFailure>
      do throws(PostgresFailure) {
        try statements(connection)
        try PostgresCommit.add(to: connection, writes: writes)
        outcome = .success(try connection.flush(until: deadline(of: group)))
      } catch {
        outcome = .failure(error)
      }
      return conclude(group, outcome)
    }

    private func announce(_ set: PostgresWorkingSet) {
      guard watch.isWatched, !set.rows.isEmpty || !set.floors.isEmpty else { return }
      watch.announce(FeedMark(serial: set.end.serial, removals: 0, floors: set.floors.last?.serial ?? 0))
    }

    func finishGroup() {}
  }
#endif
