// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Records that a context of the store reads.
protocol StoreRecords: Records where Failure == StoreError {
  var reader: any ReadContext { get }
}

extension StoreRecords {
  func facts(
    for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?
  ) throws(StoreError) -> LocalFacts {
    try reader.facts(for: tuple, history, upstream: upstream)
  }

  func values(of tuple: TupleKey) throws(StoreError) -> ToldValues { try reader.values(of: tuple) }
  func isTaken(_ value: Revision, besides tuple: TupleKey) throws(StoreError) -> Bool {
    try reader.isTaken(value, besides: tuple)
  }
  func rival(for value: Revision, of tuple: TupleKey) throws(StoreError) -> String? {
    try reader.rival(for: value, of: tuple)
  }
  func greatest(of package: PackageKey) throws(StoreError) -> Revision? { try reader.greatest(of: package) }
  func floor(of package: PackageKey) throws(StoreError) -> Revision? { try reader.floor(of: package) }
  func upstreamView(of tuple: TupleKey) throws(StoreError) -> UpstreamFacts { try reader.upstreamView(of: tuple) }
  func copiedValues(of tuple: TupleKey) throws(StoreError) -> ToldValues { try reader.copiedValues(of: tuple) }
  func greatestAbove(_ package: PackageKey) throws(StoreError) -> Revision? { try reader.greatestAbove(package) }
}

/// A snapshot of the store as the rules read it.
struct SnapshotRecords: StoreRecords {
  let reader: any ReadContext

  init(_ reader: any ReadContext) { self.reader = reader }
}

/// The context of a transaction, with what is written beside each row.
struct TransactionRecords: StoreRecords, ChangingRecords {
  let context: any WriteContext
  let asker: String?
  /// Milliseconds since 1970.
  let now: Int64

  var reader: any ReadContext { context.reader }

  /// Of the head that the transaction has read already, and which it settles first.
  func facts(
    for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?
  ) throws(StoreError) -> LocalFacts {
    try context.facts(for: tuple, history, upstream: upstream)
  }

  func upstreamView(of tuple: TupleKey) throws(StoreError) -> UpstreamFacts { try context.upstreamView(of: tuple) }

  func record(_ tuple: TupleKey, _ value: Revision, _ reason: Reason) throws(StoreError) {
    try context.record(tuple, value, Provenance(.rule(reason), asker: asker, milliseconds: now))
  }

  func learn(_ told: UpstreamAnswer, of tuple: TupleKey) throws(StoreError) {
    try context.learn(told, of: tuple, milliseconds: now)
  }

  func learn(bound: Revision, of package: PackageKey) throws(StoreError) {
    try context.learn(bound: bound, of: package)
  }
}
