// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A process that has stores in memory open. One that is killed writes nothing more.
package final class MemoryProcess: Sendable {
  private let killed = Atomic(false)

  package init() {}

  package func kill() { killed.store(true, ordering: .relaxed) }

  package var isKilled: Bool { killed.load(ordering: .relaxed) }
}
