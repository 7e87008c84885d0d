// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// What one server does with one request. It knows neither sockets nor JSON.
///
/// Answers come by callback, on the store's threads: a thousand of them can share one commit without a task each.
public final class Node: Sendable {
  public let store: Store
  public let policy: NodePolicy
  private let clock: @Sendable () -> Int64

  /// - Parameter clock: the time in milliseconds since 1970.
  public init(store: Store, policy: NodePolicy, clock: @escaping @Sendable () -> Int64) {
    self.store = store
    self.policy = policy
    self.clock = clock
  }

  public typealias Answer<Value> = @Sendable (Result<Value, NodeError>) -> Void

  public var isReadOnly: Bool { store.isReadOnly }

  /// `test-pr`: the value on record for a tuple. Nothing is stored.
  public func value(of tuple: TupleKey, _ history: History, answer: @escaping Answer<Revision?>) {
    read({ reader throws(StoreError) in try reader.value(of: tuple, history) }, answer)
  }

  /// `max-package-pr`: the greatest value of a package.
  public func greatest(of package: PackageKey, answer: @escaping Answer<Revision?>) {
    read({ reader throws(StoreError) in try reader.greatest(of: package) }, answer)
  }

  /// A page of an `export`.
  public func page(of filter: RowFilter, from cursor: RowCursor, answer: @escaping Answer<RowPage>) {
    read({ reader throws(StoreError) in try reader.page(of: filter, from: cursor) }, answer)
  }

  /// `import-one`: puts a value on record that was chosen elsewhere.
  ///
  /// - Parameters:
  ///   - value: its spelling; it must be a revision.
  ///   - answer: false from a read-only node, which stores nothing.
  public func record(_ tuple: TupleKey, value: String, asker: String?, answer: @escaping Answer<Bool>) {
    guard !isReadOnly else { return answer(.success(false)) }
    guard let revision = Revision(value) else { return answer(.failure(.store(.notARevision))) }
    let provenance = Provenance(.imported, asker: asker, milliseconds: clock())
    let refusesDuplicates = policy.numbering != .bitbake
    store.write { ledger throws(StoreError) in
      if refusesDuplicates, let holder = try ledger.holder(of: revision, besides: tuple) {
        throw .taken(value: revision.text, holder: holder)
      }
      try ledger.record(tuple, revision, provenance)
    } done: { outcome in
      answer(outcome.map { true }.mapError(NodeError.store))
    }
  }

  private func read<Value: Sendable>(
    _ body: @escaping @Sendable (RowReader) throws(StoreError) -> Value, _ answer: @escaping Answer<Value>
  ) {
    store.read(body) { answer($0.mapError(NodeError.store)) }
  }
}

extension Node {
  /// `get-pr`: the value of a tuple, chosen now if it has none that may be answered.
  ///
  /// The facts are read, the rule decides and the row is written in one transaction, by a closure that cannot suspend:
  /// what was known before does not count.
  public func allocate(
    _ tuple: TupleKey, _ history: History, asker: String?, answer: @escaping Answer<Revision>
  ) {
    if isReadOnly { return predict(tuple, history, answer: answer) }
    let numbering = policy.numbering
    let now = clock()
    store.write { ledger throws(StoreError) in
      let decision = numbering.decide(history, local: try ledger.facts(for: tuple, history), upstream: .none)
      if case .record(let value, let reason) = decision {
        try ledger.record(tuple, value, Provenance(.rule(reason), asker: asker, milliseconds: now))
      }
      return decision
    } done: { outcome in
      answer(Self.answer(outcome, tuple))
    }
  }

  private func predict(_ tuple: TupleKey, _ history: History, answer: @escaping Answer<Revision>) {
    let policy = policy
    store.read { reader throws(StoreError) in
      policy.numbering.decideReadOnly(
        history, recorded: try reader.value(of: tuple, history),
        local: try reader.facts(for: tuple, history, upstream: nil), upstream: .none, onMiss: policy.onMiss)
    } done: { outcome in
      answer(Self.answer(outcome, tuple))
    }
  }

  private static func answer(
    _ outcome: Result<Decision, StoreError>, _ tuple: TupleKey
  ) -> Result<Revision, NodeError> {
    switch outcome {
    case .success(.answer(let value, _)), .success(.record(let value, _)): .success(value)
    case .success(.refuse(let refusal)): .failure(.refused(refusal, tuple))
    case .success(.askUpstream): preconditionFailure("a node without an upstream gives its rule one")
    case .failure(let error): .failure(.store(error))
    }
  }
}

extension Node {
  /// A `get-pr` without history for a tuple that holds its package's greatest value is answered with that value,
  /// whatever anybody else knows: a ``TurnReader`` may do it.
  public var answersCurrentTuplesAtOnce: Bool { true }
}
