// SPDX-License-Identifier: Apache-2.0

/// Which queue a read waits in. Reads of one queue do not wait for those of another.
package enum ReadQueue: Int, Sendable, CaseIterable {
  /// A few points: `test-pr`, `max-package-pr`, the first look of an allocation below an upstream.
  case short
  /// Slices of something long: pages of exports, pages of the feed, counts.
  case long
  /// The look of the service manager's watchdog.
  case watchdog

  /// How many threads serve it, each with a connection of its own.
  fileprivate var threads: Int {
    switch self {
    case .short: 2
    case .long, .watchdog: 1
    }
  }
}

/// The threads for reads that are not a point: none of them is an event loop's.
package final class ReaderPool: Sendable {
  private let lanes: [ReaderLane]

  /// - Parameter connect: opens a connection for one thread.
  package init(
    in environment: StoreEnvironment, _ connect: () throws(StoreError) -> any SnapshotSource
  ) throws(StoreError) {
    var lanes: [ReaderLane] = []
    for queue in ReadQueue.allCases {
      var connections: [any SnapshotSource] = []
      for _ in 0..<queue.threads { connections.append(try connect()) }
      lanes.append(ReaderLane(connections, in: environment))
    }
    self.lanes = lanes
  }

  /// Queues a read.
  package func submit(_ read: PendingRead, in queue: ReadQueue) { lanes[queue.rawValue].submit(read) }
}

/// A read that waits for its turn, or for that of its next slice.
package struct PendingRead: Sendable {
  let client: ReadClient
  /// - Returns: the rest of the read, to be run after the turns of the others; nil when it is done.
  let run: @Sendable (any SnapshotSource) -> PendingRead?
}
