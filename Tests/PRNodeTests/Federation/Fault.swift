// SPDX-License-Identifier: Apache-2.0

/// What a node could do wrong. Each must break a law in a few federations, or the laws are not looked at.
enum Fault: String, CaseIterable, Sendable {
  /// A value is adopted that another checksum has here.
  case overlooksHolders
  /// The package's greatest value is taken for the checksum's own.
  case overlooksGreatest
  /// What the copy knows to be taken above does not count.
  case forgetsAbove
  /// The facts of before the upstream was asked decide.
  case decidesOnTheHint
  /// An answer is given that is not on record.
  case forgetsAnswers
  /// Nodes of one level number alike.
  case ignoresLane
  /// Whoever wrote the topology gave every node the same lane.
  case sharesLane
  /// All that have an upstream number as its children do.
  case ignoresLevel
  /// What the node itself does not know is not asked for further up.
  case asksNobody
  /// A node that is to do nothing without its upstream goes on.
  case ignoresStrict
  /// An import takes a value that another checksum has here.
  case importsDuplicates
  /// A node that stores no answers numbers as others do.
  case storesOnReadOnly
  /// What the upstream answered is left out of the transaction that decides.
  case takesAnswersForSilence
  /// A prediction is made without the upstream.
  case predictsWithoutAsking
  /// The upstream's answer is passed on before it is in the copy.
  case answersBeforeKeeping
  /// A lookup passes on nothing of what the upstream answers.
  case looksUpOwnRowsOnly
  /// A row of each page is left out of the copy.
  case losesCopiedRows
  /// Only the first of several upstreams is asked.
  case asksFirstUpstreamOnly
  /// Floors do not count where a value is chosen.
  case ignoresFloors
  /// Floors of the upstream are not taken over.
  case losesFloors
  /// The copy does not count for the greatest value of a package.
  case overlooksCopy
}
