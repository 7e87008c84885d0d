// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import Synchronization

/// What several stores in memory open one after another, as those on a file do. One of them writes.
package final class MemoryDatabase: Sendable {
  package let identity: String
  let watch = FeedNotifier()
  private let committed = Mutex((contents: MemoryContents(), commits: 0))

  package init(identity: String = "a store in memory") { self.identity = identity }

  /// A database with the rows that another one has now.
  package convenience init(copying other: MemoryDatabase, identity: String) {
    self.init(identity: identity)
    commit(other.contents)
  }

  /// Its rows, own and copied, as they were first told, in the order in which they came.
  package var rows: [Row] { contents.feed.compactMap(\.feedRow) }

  package var ownRowCount: Int { contents.own.count }

  /// How many rows there are, own and copied, each counted once.
  package var distinctRowCount: Int {
    let contents = contents
    return contents.own.count + contents.copy.count - contents.sharedRows
  }

  package var copiedRowCount: Int { contents.copy.count }

  /// What the copy of the upstream has.
  package func hasCopied(_ row: Row) -> Bool { contents.copy.holds(row) }

  /// Whether a row is among its own.
  package func holds(_ row: Row) -> Bool { contents.own.holds(row) }

  package var floors: [Floor] { contents.floors.map(\.floor) }

  package func floor(of package: PackageKey) -> Revision? { contents.floor(of: package) }

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
  package func open(
    isReadOnly: Bool = false, hasEventLoopReader: Bool = true, by process: MemoryProcess = MemoryProcess(),
    in environment: StoreEnvironment = .system
  ) throws -> Store {
    Store(
      try MemoryEngine(
        self, isReadOnly: isReadOnly, hasEventLoopReader: hasEventLoopReader, by: process, in: environment))
  }
}
