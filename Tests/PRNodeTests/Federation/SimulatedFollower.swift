// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRWire

@testable import PRNode
@testable import PRSync

/// What the driver of a ``FeedSync`` does: its actions, carried out on records in memory. A pull ends where a real one
/// would wait for news.
extension SimulatedProcess {
  /// Begins a pull from the upstream's feed, unless one is under way.
  func follow() {
    guard let parent = node.parent, follower == nil else { return }
    follower = FeedSync(
      FeedSync.Settings(
        server: .tcp(host: parent.store, port: 1), store: parent.store, ownStore: node.store, page: 3, wait: 60))
    feed(.begun)
  }

  private func feed(_ event: FeedSync.Event) {
    for action in follower?.handle(event) ?? [] { carryOut(action) }
  }

  private func carryOut(_ action: FeedSync.Action) {
    switch action {
    case .locate: post { [self] in feed(.located(records.positions)) }
    case .ask(let query, let start): post { [self] in answer(query, from: start) }
    // Before the page is written with which they came.
    case .raise(let page): records.raise(page, of: node.parent?.store ?? "")
    case .write(let page, let start, let target):
      post { [self] in feed(.written(records.write(page, from: start, target))) }
    case .beginFresh:
      post { [self] in
        records.beginFresh()
        feed(.freshBegun)
      }
    case .swap: post { [self] in feed(.swapped(vanished: records.swap())) }
    case .complete:
      federation.copyIsWhole(node.index)
      post { [self] in feed(.completed(rows: 0)) }
    case .note: break
    case .fail: follower = nil
    }
  }

  private func answer(_ query: ChangesQuery, from start: FeedPosition?) {
    guard let parent = node.parent, !node.isCut else {
      return feed(.answered(.failure(.client(.disconnected(.tcp(host: node.store, port: 1))))))
    }
    switch parent.records.contents.feed.answer(query, store: parent.store) {
    case .reset(let reason): feed(.answered(.success(.reset(reason))))
    case .page(var page):
      let asked = query.floors ?? .start
      let floors = parent.records.floors(after: asked)
      // The digest of where they begin is not sent.
      page.floors = floors
      page.floors?.start.digest = .start
      guard query.wait == 0 || !page.rows.isEmpty || !floors.floors.isEmpty else {
        follower = nil
        return
      }
      var digest = start?.digest ?? .start
      for row in page.rows { digest.add(row) }
      let floorDigest = floors.floors.reduce(into: floors.start.digest) { $0.add($1) }
      feed(.answered(.success(.page(page, digest: digest, floorDigest: floorDigest, waited: nil))))
    }
  }
}
