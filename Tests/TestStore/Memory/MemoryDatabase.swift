// SPDX-License-Identifier: Apache-2.0
import PRStore
import Synchronization

/// What several stores in memory open one after another, as those on a file do. One of them writes.
package final class MemoryDatabase: Sendable {
  package let identity: String
  let watch = FeedNotifier()
  private let committed = Mutex((contents: MemoryContents(), commits: 0))

  package init(identity: String = "a store in memory") { self.identity = identity }

  var contents: MemoryContents { committed.withLock { $0.contents } }

  /// How often a transaction was committed.
  var commits: Int { committed.withLock { $0.commits } }

  func commit(_ contents: MemoryContents) {
    committed.withLock { committed in
      committed.contents = contents
      committed.commits += 1
    }
  }

  /// Opens a store.
  ///
  /// - Parameter hasEventLoopReader: false for an engine without one, as the facade allows.
  package func open(isReadOnly: Bool = false, hasEventLoopReader: Bool = true) throws -> Store {
    Store(try MemoryEngine(self, isReadOnly: isReadOnly, hasEventLoopReader: hasEventLoopReader, in: .system))
  }
}
