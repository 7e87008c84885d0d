// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import PRStore

/// The rows of a store in memory inside a write transaction.
final class MemoryWriteContext: WriteContext {
  private let rows: MemoryReadContext

  init(_ identity: String) { rows = MemoryReadContext(MemoryContents(), of: identity) }

  var reader: any ReadContext { rows }

  var contents: MemoryContents {
    get { rows.contents }
    _modify { yield &rows.contents }
  }

  func facts(for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?) -> LocalFacts {
    rows.facts(for: tuple, history, upstream: upstream)
  }

  func holder(of value: Revision, besides tuple: TupleKey) -> String? { rows.holder(of: value, besides: tuple) }

  func upstreamView(of tuple: TupleKey) throws(StoreError) -> UpstreamFacts { try rows.upstreamView(of: tuple) }

  @discardableResult
  func record(_ tuple: TupleKey, _ value: Revision, _ provenance: Provenance) -> Bool {
    let row = Row(tuple: tuple, value: value.text)
    guard contents.own.add(row) else { return false }
    if contents.copy.holds(row) { contents.sharedRows += 1 }
    contents.append(row, provenance)
    return true
  }

  @discardableResult
  func raise(_ floor: Floor, _ provenance: FloorProvenance) -> Bool { contents.raise(floor, provenance) }

  func settleAtOnce(_ package: PackageKey) {}

  func settleSlice(of package: UnsettledPackage) -> Bool { true }

  func readingWhole<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value { try body() }

  func keep(_ origin: RowOrigin, of row: Row) { contents.origins[row] = origin }

  func membership() -> String? { contents.notes[.membership] }

  func keep(_ note: StoreMetadata, _ text: String) { contents.notes[note] = text }

  func forget(_ note: StoreMetadata) { contents.notes[note] = nil }

  func store(_ register: Register, replacing old: Register?) { contents.register = register }

  @discardableResult
  func learn(_ told: UpstreamAnswer, of tuple: TupleKey, milliseconds: Int64) -> Bool {
    var isNews = false
    for value in ToldValues(told.values).values where !contents.copy[tuple.package].has(value, tuple) {
      isNews = copy(Row(tuple: tuple, value: value.text), told.source, milliseconds) || isNews
    }
    guard let bound = told.greatest else { return isNews }
    return keep(bound: bound, of: tuple.package) || isNews
  }

  func learn(bound: Revision, of package: PackageKey) { _ = keep(bound: bound, of: package) }

  private func keep(bound: Revision, of package: PackageKey) -> Bool {
    if let known = contents.greatestAbove(package), known >= bound { return false }
    contents.bounds[package] = bound
    return true
  }

  func copy(_ rows: ArraySlice<Row>, source: String?, milliseconds: Int64) -> Int {
    rows.count { copy($0, source, milliseconds) }
  }

  private func copy(_ row: Row, _ source: String?, _ milliseconds: Int64) -> Bool {
    guard contents.copy.add(row) else { return false }
    if contents.own.holds(row) { contents.sharedRows += 1 }
    contents.append(row, Provenance(.copied, asker: source, milliseconds: milliseconds))
    return true
  }
}
