// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension RowReader: Records {}

/// The ledger of a transaction, with what is written beside each row.
struct LedgerRecords: ChangingRecords {
  let ledger: Ledger
  let asker: String?
  /// Milliseconds since 1970.
  let now: Int64

  private var reader: RowReader { ledger.reader }

  func facts(
    for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?
  ) throws(StoreError) -> LocalFacts {
    try ledger.facts(for: tuple, history, upstream: upstream)
  }

  func values(of tuple: TupleKey) throws(StoreError) -> ToldValues { try reader.values(of: tuple) }
  func isTaken(_ value: Revision, besides tuple: TupleKey) throws(StoreError) -> Bool {
    try reader.isTaken(value, besides: tuple)
  }
  func rival(for value: Revision, of tuple: TupleKey) throws(StoreError) -> String? {
    try reader.rival(for: value, of: tuple)
  }
  func greatest(of package: PackageKey) throws(StoreError) -> Revision? { try reader.greatest(of: package) }
  func upstreamView(of tuple: TupleKey) throws(StoreError) -> UpstreamFacts { try ledger.upstreamView(of: tuple) }
  func copiedValues(of tuple: TupleKey) throws(StoreError) -> ToldValues { try reader.copiedValues(of: tuple) }
  func greatestAbove(_ package: PackageKey) throws(StoreError) -> Revision? { try reader.greatestAbove(package) }

  func record(_ tuple: TupleKey, _ value: Revision, _ reason: Reason) throws(StoreError) {
    try ledger.record(tuple, value, Provenance(.rule(reason), asker: asker, milliseconds: now))
  }

  func learn(_ told: UpstreamAnswer, of tuple: TupleKey) throws(StoreError) {
    try ledger.learn(told, of: tuple, milliseconds: now)
  }

  func learn(floor: Revision, of package: PackageKey) throws(StoreError) { try ledger.learn(floor: floor, of: package) }
}
