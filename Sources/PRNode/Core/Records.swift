// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A node's rows and its copy of the upstream, as one transaction sees them.
protocol Records {
  associatedtype Failure: Error

  /// What the node's own rows say. With `upstream`, also what depends on the upstream's values.
  func facts(
    for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?
  ) throws(Failure) -> LocalFacts

  /// The least and the greatest of the node's own values of a tuple.
  func values(of tuple: TupleKey) throws(Failure) -> ToldValues

  /// Whether an own value of the package belongs to another checksum than the tuple's.
  func isTaken(_ value: Revision, besides tuple: TupleKey) throws(Failure) -> Bool

  /// The node's own greatest value of a package.
  func greatest(of package: PackageKey) throws(Failure) -> Revision?

  /// The floor of a package.
  func floor(of package: PackageKey) throws(Failure) -> Revision?

  /// What the upstream is known to hold for a tuple.
  func upstreamView(of tuple: TupleKey) throws(Failure) -> UpstreamFacts

  /// The least and the greatest of the values that the upstream is known to have for a tuple.
  func copiedValues(of tuple: TupleKey) throws(Failure) -> ToldValues

  /// To whom a value belongs where copied rows count as the node's own: to another checksum than the tuple's that has it
  /// as an own value, else to the one for which it was copied first.
  ///
  /// - Returns: nil when the tuple may have it.
  func rival(for value: Revision, of tuple: TupleKey) throws(Failure) -> String?

  /// The greatest value that the upstream is known to have for a package.
  func greatestAbove(_ package: PackageKey) throws(Failure) -> Revision?
}

/// The same in the transaction that changes them.
protocol ChangingRecords: Records {
  /// Adds a row that this node answers from now on.
  func record(_ tuple: TupleKey, _ value: Revision, _ reason: Reason) throws(Failure)

  /// Puts an answer of the upstream into the copy.
  func learn(_ answer: UpstreamAnswer, of tuple: TupleKey) throws(Failure)

  /// Keeps a value of a package that the upstream gave without its checksum.
  func learn(bound: Revision, of package: PackageKey) throws(Failure)
}
