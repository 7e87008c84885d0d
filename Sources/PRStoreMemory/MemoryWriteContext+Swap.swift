// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// The exchange is one step. The rows that only the new copy has get their places in the feed in the steps after it.
extension MemoryWriteContext {
  private static let slice = 16

  func beginFreshCopy() -> Bool {
    if let swap = contents.swap {
      guard swap.unannounced == nil else { return false }
      contents.swap = nil
    }
    contents.fresh = MemoryTable()
    forget(.freshPosition)
    return true
  }

  func copyFresh(_ rows: ArraySlice<Row>) -> Bool {
    guard contents.swap == nil, var fresh = contents.fresh else { return false }
    for row in rows { _ = fresh.add(row, before: contents.copy) }
    contents.fresh = fresh
    return true
  }

  func beginSwap(at position: FeedPosition?, sparingAfter spared: Int64, milliseconds: Int64) -> Bool {
    guard contents.swap == nil else { return true }
    guard contents.fresh != nil else { return false }
    contents.swap = MemorySwap(position: position, spared: spared, milliseconds: milliseconds)
    return true
  }

  func swapStep() -> SwapStep {
    guard let swap = contents.swap else { return .idle }
    guard let unannounced = swap.unannounced else { return exchange(swap) }
    for row in unannounced.prefix(Self.slice) {
      contents.append(row, Provenance(.copied, asker: nil, milliseconds: swap.milliseconds))
    }
    let rest = unannounced.dropFirst(Self.slice)
    contents.swap?.unannounced = rest
    guard rest.isEmpty else { return .working }
    contents.swap = nil
    return .idle
  }

  private func exchange(_ swap: MemorySwap) -> SwapStep {
    guard var fresh = contents.fresh else { return .idle }
    let old = contents.copy
    var vanished = 0
    for (index, entry) in contents.feed.enumerated() where entry.provenance.origin == .copied {
      if fresh.holds(entry.row) { continue }
      if entry.serial > swap.spared {
        _ = fresh.add(entry.row, before: old)
      } else {
        contents.feed[index].vanish()
        vanished += 1
      }
    }
    (contents.copy, contents.fresh) = (fresh, nil)
    contents.sharedRows = fresh.rows.count { contents.own.holds($0) }
    contents.swap?.unannounced = fresh.rows.filter { !old.holds($0) }[...]
    if vanished > 0 {
      let removals = contents.notes[.removals].flatMap { Int($0) } ?? 0
      keep(.removals, String(removals + 1))
    }
    forget(.freshPosition)
    if let position = swap.position { keep(.position, position.description) } else { forget(.position) }
    return .swapped(vanished: vanished)
  }

  func keepUpStep() -> Bool {
    guard contents.swap?.unannounced != nil else { return false }
    _ = swapStep()
    return true
  }
}
