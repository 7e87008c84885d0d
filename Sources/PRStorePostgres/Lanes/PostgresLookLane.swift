// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// Decisions that need no row: the facts of a group in one flush, without a lock, with a commit that must be confirmed like any
  /// other. A decision that wants to write, or asks for more than was fetched, goes on to the write lane.
  final class PostgresLookLane: PostgresLane, GroupTransaction, @unchecked Sendable {
    private let passOn: @Sendable (PendingDecision) -> Void

    init(_ shared: PostgresShared, identity: String, passOn: @escaping @Sendable (PendingDecision) -> Void) {
      self.passOn = passOn
      super.init(shared, identity: identity)
    }

    func run(_ group: [PendingDecision]) -> [PendingDecision] {
      guard let connection else { return group }
      let tuples = Array(Set(group.flatMap(\.about)))
      let start = shared.now()
      let outcome: Result<[PostgresReply], PostgresFailure>
      do throws(PostgresFailure) {
        try connection.add(PostgresSQL.begin)
        try connection.add(PostgresFacts.end)
        try connection.add(PostgresFacts.fetch, PostgresFacts.parameters(tuples))
        try PostgresCommit.add(to: connection, writes: false)
        outcome = .success(try connection.flush(until: deadline(of: group)))
      } catch {
        outcome = .failure(error)
      }
      switch conclude(group, outcome) {
      case .confirmed: shared.looks.count(group.count, took: shared.now() - start)
      case .doubtful(let error): return again(group, error)
      case .over(let rest): return rest
      }
      guard case .success(let replies) = outcome else { return group }
      decide(group, tuples, replies)
      return []
    }

    private func decide(_ group: [PendingDecision], _ tuples: [TupleKey], _ replies: [PostgresReply]) {
      guard replies[1].count == 1 else {
        for decision in group { decision.fail(.movedAway(path: shared.path)) }
        return
      }
      let end: FeedPoint
      do throws(StoreError) {
        end = try replies[1].point(0, of: shared.path)
      } catch {
        for decision in group { decision.fail(error) }
        return
      }
      shared.confirm(end)
      let rows = PostgresReadContext(PostgresEndedTransaction(self), of: identity)
      rows.set = PostgresWorkingSet(end: end)
      rows.set.take(tuples, replies[2])
      let context = PostgresWriteContext(rows, path: shared.path, isLook: true)
      for decision in group {
        do throws(StoreError) {
          try decision.decide(context)()
        } catch .locked {
          passOn(decision)
        } catch {
          decision.fail(error)
        }
      }
    }

    func finishGroup() {}
  }

  /// A transaction that is over: what it did not fetch is asked for in another.
  private final class PostgresEndedTransaction: PostgresAsking {
    private let path: String
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
