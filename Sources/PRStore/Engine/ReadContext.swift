// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision

/// The rows as one snapshot of a store has them. An engine gives the answers; what follows from them alone stands in the
/// extensions.
///
/// Not `Sendable`: it belongs to the thread that it is passed to, during the call.
package protocol ReadContext: AnyObject {
  // MARK: The store's own rows

  /// The facts of a tuple for the rules.
  ///
  /// - Parameter upstream: what the upstream is known to hold, for the facts that depend on it.
  func facts(for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?) throws(StoreError) -> LocalFacts

  /// The least and the greatest values of a tuple.
  func values(of tuple: TupleKey) throws(StoreError) -> ToldValues

  /// The greatest value of a package.
  func greatest(of package: PackageKey) throws(StoreError) -> Revision?

  /// Whether a tuple has a value, in whatever spelling.
  func has(_ value: Revision, _ tuple: TupleKey) throws(StoreError) -> Bool

  /// A checksum of the tuple's package, other than the tuple's, that has a value.
  func holder(of value: Revision, besides tuple: TupleKey) throws(StoreError) -> String?

  /// What must be done before rows of a package can be found by number; nil where nothing is to do.
  func unsettled(_ package: PackageKey) throws(StoreError) -> UnsettledPackage?

  // MARK: The copy of the upstream's rows

  /// The least and the greatest of a tuple's values that are copied from the upstream.
  func copiedValues(of tuple: TupleKey) throws(StoreError) -> ToldValues

  /// The checksum, other than the tuple's, for which a value of its package was copied first.
  func copiedRival(for value: Revision, of tuple: TupleKey) throws(StoreError) -> String?

  /// The greatest value that the upstream is known to have for a package.
  func greatestAbove(_ package: PackageKey) throws(StoreError) -> Revision?

  /// How many rows the copy has.
  func copiedRows() throws(StoreError) -> Int

  // MARK: The feed

  /// Which store this is.
  ///
  /// - Throws: where the rows have no serials.
  func feedIdentity() throws(StoreError) -> String

  /// The serial of the newest row; 0 where there is none.
  func newestSerial() throws(StoreError) -> Int64

  /// Reads the feed in the order of its serials.
  ///
  /// - Parameters:
  ///   - start: the serial in front of the first.
  ///   - end: the last serial.
  ///   - body: is called with each serial and its row; with nil where the row has left the feed, or is one that no
  ///     follower could take. It returns whether the next one is wanted.
  /// - Returns: false when `body` has ended it.
  func readFeed(after start: Int64, to end: Int64, _ body: (Int64, Row?) -> Bool) throws(StoreError) -> Bool

  // MARK: Floors

  /// The floor of a package.
  func floor(of package: PackageKey) throws(StoreError) -> Revision?

  /// Floors in the order in which they were raised.
  ///
  /// - Parameter serial: in front of the first.
  func floors(after serial: Int64, limit: Int) throws(StoreError) -> [FloorEntry]

  /// The floor that was raised last.
  func lastFloor() throws(StoreError) -> FloorEntry?

  /// The floors that a package has had, the oldest first.
  func floorStory(of package: PackageKey) throws(StoreError) -> [FloorEntry]

  /// How many packages have a floor.
  func floorCount() throws(StoreError) -> Int

  /// The architectures of the packages that have rows or floors, in the order of their bytes.
  func architectures() throws(StoreError) -> [String]

  // MARK: The register

  /// The register of the federation, in whatever order of its members.
  ///
  /// - Returns: nil where the store has no federation.
  /// - Throws: ``StoreError/badRegister(path:detail:)`` where it is damaged, or a newer version wrote it.
  func register() throws(StoreError) -> Register?

  /// The row of the federation, as a register that may lack all of its members: what is asked often.
  func federation() throws(StoreError) -> Register?

  // MARK: Notes and exports

  /// - Returns: nil when it was never kept.
  func note(_ note: StoreMetadata) throws(StoreError) -> String?

  /// Whether the store has a table of rows at all. A new file that no process has written has none.
  var hasRows: Bool { get throws(StoreError) }

  /// How many rows have no value, which no answer and no copy is made of.
  var emptyRows: Int { get throws(StoreError) }

  /// Reads a page of the rows that a filter selects.
  ///
  /// A page is bounded by the rows that are read for it and by their size, not by the rows that it has: one of a filter
  /// that selects few rows may be empty and not be the last.
  ///
  /// - Parameters:
  ///   - includesCopy: the rows of the copy count, too: on a mirror.
  ///   - size: how many rows, or without history packages, are read.
  func readPage(
    of filter: RowFilter, from cursor: RowCursor, includesCopy: Bool, size: Int
  ) throws(StoreError) -> RowPage

  // MARK: Diagnosis

  /// How the values of a package came to be, in the order in which they did.
  ///
  /// - Parameter checksum: only this one's; nil takes all.
  func story(of package: PackageKey, checksum: String?) throws(StoreError) -> [RowHistory]

  /// The entries of the feed behind a serial, in its order. None where rows have no serials.
  func entries(after serial: Int64, limit: Int) throws(StoreError) -> [FeedEntry]

  /// Where a row of the upstream comes from, as that has said.
  func keptOrigin(of row: Row) throws(StoreError) -> RowOrigin?

  /// The rows that came last, the newest first. None where rows have no serials.
  func lastEntries(_ limit: Int) throws(StoreError) -> [FeedEntry]

  /// Rows that have every one of some words in their version, their architecture or their checksum, whatever the case.
  ///
  /// It looks through the whole feed: for a ``DiagnosticReader``, not for a serving connection.
  func find(_ words: [String], limit: Int) throws(StoreError) -> FeedFinding
}

extension ReadContext {
  /// The value that a tuple has: the least with history, else the greatest.
  package func value(of tuple: TupleKey, _ history: History) throws(StoreError) -> Revision? {
    let values = try values(of: tuple)
    return history == .kept ? values.least : values.greatest
  }

  /// Whether a value of the package belongs to another checksum than the tuple's.
  package func isTaken(_ value: Revision, besides tuple: TupleKey) throws(StoreError) -> Bool {
    try holder(of: value, besides: tuple) != nil
  }

  /// Whether any checksum of a package has a value, as its own or copied.
  package func isTaken(_ value: Revision, in package: PackageKey) throws(StoreError) -> Bool {
    // A rival is another checksum than the one that is asked for: two that differ leave none out.
    for checksum in ["", "-"] {
      if try rival(for: value, of: TupleKey(package: package, checksum: checksum)) != nil { return true }
    }
    return false
  }

  /// To whom a value belongs where copied rows count as own ones.
  ///
  /// - Returns: another checksum than the tuple's that has it as an own value, else the one for which it was copied
  ///   first; nil when the tuple may have it.
  package func rival(for value: Revision, of tuple: TupleKey) throws(StoreError) -> String? {
    if let holder = try holder(of: value, besides: tuple) { return holder }
    return try copiedRival(for: value, of: tuple)
  }

  /// The upstream's values of a tuple, as far as they are here: from answers, or copied.
  package func upstreamView(of tuple: TupleKey) throws(StoreError) -> UpstreamFacts {
    UpstreamFacts(greatest: try greatestAbove(tuple.package), value: try copiedValues(of: tuple).greatest)
  }

  /// How far a copy has come; nil when it has not begun.
  package func position(_ note: StoreMetadata) throws(StoreError) -> FeedPosition? {
    try self.note(note).flatMap { FeedPosition($0) }
  }

  /// How often rows have left the feed.
  package func removals() throws(StoreError) -> Int { Int(try note(.removals) ?? "0") ?? 0 }

  /// ``readPage(of:from:includesCopy:size:)`` of the usual size.
  package func page(
    of filter: RowFilter, from cursor: RowCursor, includesCopy: Bool = false, size: Int = 512
  ) throws(StoreError) -> RowPage {
    try readPage(of: filter, from: cursor, includesCopy: includesCopy, size: size)
  }
}

/// A package that an engine must work on before a decision can be made: its rows are indexed in slices.
package struct UnsettledPackage: Hashable, Sendable {
  package let key: PackageKey
  /// Its copied rows, not its own.
  package let isCopied: Bool

  package init(key: PackageKey, isCopied: Bool) {
    self.key = key
    self.isCopied = isCopied
  }
}
