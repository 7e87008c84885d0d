// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision

/// The rows inside a write transaction: what is read here is still true when the row is written.
///
/// Not `Sendable`: it belongs to the writer's thread, during the call.
package protocol WriteContext: AnyObject {
  var reader: any ReadContext { get }

  /// The facts of a tuple for the rules, as of now.
  func facts(for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?) throws(StoreError) -> LocalFacts

  /// A checksum of the tuple's package, other than the tuple's, that has a value.
  func holder(of value: Revision, besides tuple: TupleKey) throws(StoreError) -> String?

  /// The upstream's values of a tuple, as far as they are here: from answers, or copied.
  func upstreamView(of tuple: TupleKey) throws(StoreError) -> UpstreamFacts

  /// Puts a row on record.
  ///
  /// - Returns: false when it was there already.
  @discardableResult
  func record(_ tuple: TupleKey, _ value: Revision, _ provenance: Provenance) throws(StoreError) -> Bool

  /// Raises the floor of a package.
  ///
  /// - Returns: false when the package has a floor that is not lower.
  @discardableResult
  func raise(_ floor: Floor, _ provenance: FloorProvenance) throws(StoreError) -> Bool

  /// Settles a package in this transaction, however many rows it has: for a decision that adds many.
  func settleAtOnce(_ package: PackageKey) throws(StoreError)

  /// Settles a slice of a package's rows, in a transaction of its own.
  ///
  /// - Returns: whether the package is settled.
  func settleSlice(of package: UnsettledPackage) throws(StoreError) -> Bool

  /// Has packages that are not settled read whole during the call.
  func readingWhole<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value

  /// The note ``StoreMetadata/membership`` as of now. Each decision that mints asks for it: it is read once a transaction.
  ///
  /// - Returns: nil for a store that is no member of a federation.
  func membership() throws(StoreError) -> String?

  func keep(_ note: StoreMetadata, _ text: String) throws(StoreError)
  func forget(_ note: StoreMetadata) throws(StoreError)

  /// Writes the rows of a register that differ from what the store has.
  ///
  /// - Parameter old: what ``ReadContext/register()`` gave in this transaction; nil when the federation is made.
  func store(_ register: Register, replacing old: Register?) throws(StoreError)

  // MARK: The copy of the upstream's rows

  /// Keeps an upstream's answer for a tuple.
  ///
  /// - Parameters:
  ///   - milliseconds: the time since 1970.
  /// - Returns: whether any of it was news.
  @discardableResult
  func learn(_ told: UpstreamAnswer, of tuple: TupleKey, milliseconds: Int64) throws(StoreError) -> Bool

  /// Keeps an upstream's answer for a package: a value without its checksum.
  func learn(bound: Revision, of package: PackageKey) throws(StoreError)

  /// Takes rows into the copy.
  ///
  /// - Parameter source: whose feed they are of, for the story of a row.
  /// - Returns: how many were news.
  func copy(_ rows: ArraySlice<Row>, source: String?, milliseconds: Int64) throws(StoreError) -> Int

  /// Keeps where a row of the upstream comes from.
  func keep(_ origin: RowOrigin, of row: Row) throws(StoreError)

  /// Begins a copy that will take the place of the one there is. What was made of another is put away.
  ///
  /// - Returns: false while the exchange for an earlier fresh copy is not finished: see ``swapStep()``.
  func beginFreshCopy() throws(StoreError) -> Bool

  /// Takes rows into the fresh copy.
  ///
  /// - Returns: false when there is no fresh copy that takes rows.
  func copyFresh(_ rows: ArraySlice<Row>) throws(StoreError) -> Bool

  /// Has the fresh copy, which is whole, take the place of the copy by ``swapStep()``.
  ///
  /// - Parameters:
  ///   - spared: rows with a greater serial stay: they came as live answers, and the upstream may have made them while it was
  ///     copied. A serial and not a time of day, which can be set back.
  /// - Returns: false when there is no fresh copy.
  func beginSwap(at position: FeedPosition?, sparingAfter spared: Int64, milliseconds: Int64) throws(StoreError) -> Bool

  /// Goes a step on with the exchange, in a transaction of its own.
  func swapStep() throws(StoreError) -> SwapStep

  /// Goes a step on with what an exchange has left for later, in a transaction of its own.
  ///
  /// - Returns: whether there is more to do.
  func keepUpStep() throws(StoreError) -> Bool
}

/// What a step of an exchange of copies did.
package enum SwapStep: Hashable, Sendable {
  /// There is no more to do.
  case idle
  case working
  /// The fresh copy has taken the old one's place. So many rows of the old one are not in it.
  case swapped(vanished: Int)
}

extension WriteContext {
  package func facts(for tuple: TupleKey, _ history: History) throws(StoreError) -> LocalFacts {
    try facts(for: tuple, history, upstream: nil)
  }

  /// Takes rows of the upstream's feed into the copy. Rows and position are one transaction.
  ///
  /// - Parameters:
  ///   - start: where the copy must be for the rows to fit; nil at the beginning.
  ///   - source: whose feed it is, for the story of a row.
  func copy(
    _ slice: FeedSlice, from start: FeedPosition?, source: String?, milliseconds: Int64
  ) throws(StoreError) -> CopyOutcome {
    guard try reader.position(.position) == start else { return .movedOn }
    let news = try copy(slice.rows, source: source, milliseconds: milliseconds)
    if let position = slice.position { try keep(.position, position.description) }
    if slice.endsFeed { try keep(CopyState.whole) } else { try beginCopy() }
    return .applied(news: news)
  }

  /// Takes rows of the upstream's feed into the fresh copy.
  func copyFresh(_ slice: FeedSlice, from start: FeedPosition?) throws(StoreError) -> CopyOutcome {
    guard try reader.position(.freshPosition) == start, try copyFresh(slice.rows) else { return .movedOn }
    if let position = slice.position { try keep(.freshPosition, position.description) }
    return .applied(news: slice.rows.count)
  }
}
