// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// Decisions that need no row: on the facts of a group, fetched without a lock, with a commit behind the read that must be confirmed
  /// like any other. A decision that wants to write, or asks for more than was fetched, goes on to the write lane, which reads its facts
  /// anew.
  final class PostgresLookLane: PostgresLane, GroupTransaction, @unchecked Sendable {
    private let passOn: @Sendable (PendingDecision) -> Void
    /// The commit is sent with the read, which is a round trip less. What goes on then waits for it too: after a group of which
    /// something went on, the commit follows the read, and only where a decision needs it.
    private var commitsAtOnce = true

    /// A decision, and what follows once its facts are confirmed.
    private typealias Decided = (decision: PendingDecision, outcome: @Sendable () -> Void)

    init(_ shared: PostgresShared, identity: String, passOn: @escaping @Sendable (PendingDecision) -> Void) {
      self.passOn = passOn
      super.init(shared, identity: identity)
    }

    func run(_ group: [PendingDecision]) -> [PendingDecision] { runInParts(group, runTogether) }

    private func runTogether(_ group: [PendingDecision]) -> [PendingDecision] {
      guard let connection else { return group }
      let tuples = Array(Set(group.flatMap(\.about)))
      let start = shared.now()
      let isCommitted = commitsAtOnce
      let fetched = flush(connection, group) { () throws(PostgresFailure) in
        if isCommitted { try connection.add(PostgresSQL.begin) }
        try connection.add(PostgresFacts.end)
        try connection.add(PostgresFacts.fetch, PostgresFacts.parameters(tuples))
        if isCommitted { try PostgresCommit.add(to: connection, writes: false) }
      }
      if isCommitted, let rest = unconfirmed(group, fetched) { return rest }
      let facts: ArraySlice<PostgresReply>
      switch fetched {
      case .success(let replies): facts = replies.dropFirst(isCommitted ? 1 : 0).prefix(2)
      case .failure(let failure): return abandon(group, failure)
      }
      guard let endRow = facts.first, let found = facts.last, endRow.count == 1 else {
        // That the store has ended must be confirmed as well.
        commitsAtOnce = true
        guard isCommitted else { return again(group, .movedAway(path: shared.path)) }
        for decision in group { decision.fail(.movedAway(path: shared.path)) }
        return []
      }
      let end: FeedPoint
      do throws(StoreError) {
        end = try endRow.point(0, of: shared.path)
      } catch {
        for decision in group { decision.fail(error) }
        return []
      }
      var set = PostgresWorkingSet(end: end)
      set.take(tuples, found)
      let decided = decide(group, on: set)
      commitsAtOnce = decided.count == group.count
      if !isCommitted, !decided.isEmpty {
        let waiting = decided.map(\.decision)
        let committed = flush(connection, waiting) { () throws(PostgresFailure) in
          try connection.add(PostgresSQL.begin)
          try PostgresCommit.add(to: connection, writes: false)
        }
        if let rest = unconfirmed(waiting, committed) { return rest }
      }
      if isCommitted || !decided.isEmpty {
        shared.confirm(end)
        shared.looks.count(decided.count, took: shared.now() - start)
      }
      for (_, outcome) in decided { outcome() }
      return []
    }

    /// - Returns: what has been decided. The others have gone on.
    private func decide(_ group: [PendingDecision], on set: PostgresWorkingSet) -> [Decided] {
      let rows = PostgresReadContext(PostgresEndedTransaction(self), of: identity)
      rows.set = set
      let context = PostgresWriteContext(rows, path: shared.path, isLook: true)
      var decided: [Decided] = []
      for decision in group {
        do throws(StoreError) {
          decided.append((decision, try decision.decide(context)))
        } catch .locked {
          passOn(decision)
        } catch {
          decided.append((decision, { decision.fail(error) }))
        }
      }
      return decided
    }

    private func flush(
      _ connection: PostgresConnection, _ group: [PendingDecision], _ statements: () throws(PostgresFailure) -> Void
    ) -> Result<[PostgresReply], PostgresFailure> {
      do throws(PostgresFailure) {
        try statements()
        return .success(try connection.flush(until: deadline(of: group)))
      } catch {
        return .failure(error)
      }
    }

    /// - Returns: what must run again, where the commit is not confirmed; nil where it is.
    private func unconfirmed(
      _ group: [PendingDecision], _ outcome: Result<[PostgresReply], PostgresFailure>
    ) -> [PendingDecision]? {
      switch conclude(group, outcome) {
      case .confirmed: nil
      case .doubtful(let error): again(group, error)
      case .over(let rest): rest
      }
    }

    func finishGroup() {}
  }

  /// A transaction that is over: what it did not fetch is asked for in another.
  private final class PostgresEndedTransaction: PostgresAsking {
    let path: String
    let connectionNumber: Int
    var isOver: Bool { false }

    init(_ lane: PostgresLane) {
      path = lane.shared.path
      connectionNumber = lane.connectionNumber
    }

    func ask(_ statement: PostgresStatement, _ parameters: [PostgresParameter]) throws(StoreError) -> PostgresReply {
      throw .locked(path: path, seconds: 0)
    }
  }
#endif
