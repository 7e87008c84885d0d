// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import Synchronization

/// A store in numbers.
package struct StoreFigures: Hashable, Sendable {
  /// Bytes of the database, of its write-ahead log, and of what the disk has left.
  package var databaseBytes = 0
  package var logBytes = 0
  package var freeBytes = 0
  /// Transactions that were committed since it was opened, the decisions in them, and the time in nanoseconds that
  /// their commits took: most of it is the disk's.
  package var commits = 0
  package var decisions = 0
  package var commitNanoseconds = 0
  /// Nil for a store in a file; of a store on servers, sizes are none of this machine's disk.
  package var server: ServerFigures?

  package init() {}
}

/// What the writer counts, for others to read.
package final class CommitCounts: Sendable {
  private let commits = Atomic(0)
  private let decisions = Atomic(0)
  private let nanoseconds = Atomic(0)

  package init() {}

  package func count(_ group: Int, took time: Duration) {
    commits.wrappingAdd(1, ordering: .relaxed)
    decisions.wrappingAdd(group, ordering: .relaxed)
    nanoseconds.wrappingAdd(Int(clamping: time.wholeNanoseconds), ordering: .relaxed)
  }

  package func fill(_ figures: inout StoreFigures) {
    figures.commits = commits.load(ordering: .relaxed)
    figures.decisions = decisions.load(ordering: .relaxed)
    figures.commitNanoseconds = nanoseconds.load(ordering: .relaxed)
  }
}
