// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Synchronization

/// Digests of a feed that were computed already, shared by the readers of a store.
final class FeedDigests: Sendable {
  private let state = Mutex(State())

  private struct State {
    /// By serial, ascending.
    var known: [(serial: Int64, digest: FeedDigest)] = []
    /// How often rows had left the feed when they were computed.
    var removals = 0
    /// The last one that was asked for, which most who ask next begin at.
    var recent: [(serial: Int64, digest: FeedDigest)] = []
  }

  /// One of so many rows has its digest kept: to find any other takes a few milliseconds at most.
  static let spacing: Int64 = 4096
  private static let maximumRecent = 64

  /// The nearest known digest at or in front of a serial.
  func nearest(to serial: Int64, removals: Int) -> (serial: Int64, digest: FeedDigest) {
    state.withLock { state in
      guard state.removals == removals else { return (0, .start) }
      let index = state.known.partitioningIndex { $0.serial > serial }
      let kept: (serial: Int64, digest: FeedDigest) = index > 0 ? state.known[index - 1] : (0, .start)
      let recent = state.recent.last { $0.serial <= serial && $0.serial >= kept.serial }
      return recent ?? kept
    }
  }

  func keep(_ serial: Int64, _ digest: FeedDigest, removals: Int) {
    state.withLock { state in
      if state.removals != removals { state = State(removals: removals) }
      if serial.isMultiple(of: Self.spacing) {
        let index = state.known.partitioningIndex { $0.serial >= serial }
        if index == state.known.count || state.known[index].serial != serial {
          state.known.insert((serial, digest), at: index)
        }
      } else {
        state.recent.removeAll { $0.serial == serial }
        state.recent.append((serial, digest))
        if state.recent.count > Self.maximumRecent { state.recent.removeFirst() }
      }
    }
  }
}

extension RandomAccessCollection where Index == Int {
  /// The first index whose element belongs to the second part.
  fileprivate func partitioningIndex(where belongsToSecond: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if belongsToSecond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
