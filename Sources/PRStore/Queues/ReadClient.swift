// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A party whose requests to a store take turns with those of others: a connection, or the node itself.
package final class ReadClient: Sendable {
  private let gone = Atomic(false)

  package init() {}

  /// The node itself: its synchronizer and its own notes.
  package static let node = ReadClient()

  /// The client takes no more answers. Its reads that have not begun are dropped without an answer, and one that is read
  /// in slices ends with the slice that is under way. Decisions that were submitted are still made.
  package func leave() { gone.store(true, ordering: .releasing) }

  package var isGone: Bool { gone.load(ordering: .acquiring) }

  var identity: ObjectIdentifier { ObjectIdentifier(self) }
}
