// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRRevision
import PRStore
import PRWire

extension FeedPull {
  /// Makes the next part of an ``OriginPass``, if it is due. The copy is at the end of the feed: no question is under way.
  func askForOrigins(_ pass: inout OriginPass) async throws(SyncError) {
    guard asksForOrigins, pass.isDue(at: instant()) else { return }
    var isBehind = true
    // Rows wait meanwhile: an upstream that is slow to find origins is asked for a few.
    let end = instant() + OriginPass.pause
    do throws(SyncError) {
      for _ in 0..<OriginPass.pages where isBehind && instant() < end { isBehind = try await askForPage() }
    } catch {
      // Rows do not depend on where they come from: the copy goes on.
      guard error.isOfAnswer else { throw error }
      pass.failed(at: instant())
      return report.take(.originsPutOff(reason: "\(error)"))
    }
    let isOpen = try await store.read { reader throws(StoreError) in
      try reader.position(.originPosition)?.serial ?? 0 < reader.position(.position)?.serial ?? 0
    }
    pass.ended(at: instant(), isBehind: isBehind, isOpen: isOpen)
  }

  var asksForOrigins: Bool { connection.description.features.contains(.origins) }

  /// - Returns: whether there is more to ask for now.
  private func askForPage() async throws(SyncError) -> Bool {
    let time = now()
    let start = try await store.read { reader throws(StoreError) in
      let gaps = try reader.note(.originGaps).flatMap { Int64($0) }
      return OriginPass.begins(anew: gaps, at: time) ? nil : try reader.position(.originPosition)
    }
    let found: OriginPass.Found?
    switch try await answer(to: OriginPass.question(from: start, limit: options.page)) {
    case .reset: found = nil
    case .page(let page): found = OriginPass.found(in: page, from: start)
    }
    guard let found else {
      // Another feed, or one that went back. What was kept stays true of its rows.
      try await store.write { context throws(StoreError) in try context.forget(.originPosition) }
      return start != nil
    }
    guard found.position != start else { return false }
    try await store.write { context throws(StoreError) in
      // Another process on the same file may be ahead.
      let present = try context.reader.position(.originPosition)
      guard start == nil || present == start else { return }
      for pair in found.origins { try context.keep(pair.origin, of: pair.row) }
      if start == nil { try context.forget(.originGaps) }
      // The first of them counts: rows without an origin that keep coming do not put the next pass off.
      if found.hasGaps, try context.reader.note(.originGaps) == nil { try context.keep(.originGaps, String(time)) }
      try context.keep(.originPosition, found.position.description)
    }
    return found.hasMore
  }
}
