// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRRevision
import PRStore
import PRWire

/// Follows the feed of a node of ours, until the connection ends.
struct FeedPull {
  let connection: ServerConnection
  let store: SyncStore
  let options: SyncOptions
  let now: @Sendable () -> Int64
  let tell: @Sendable (SyncEvent) -> Void
  let watch: SyncStatus

  private var server: Endpoint { connection.server }
  private var identity: String { connection.description.store ?? "" }

  func run() async throws(SyncError) {
    guard identity != store.identity else { throw .ownStore(server) }
    let positions = try await positions()
    var (course, ahead) = (FeedCourse(), PageAhead?.none)
    var action = course.next(
      .connected(
        isOfThisStore: positions.copy.map { $0.store == identity } ?? true,
        isRebuilding: positions.fresh?.store == identity))
    if action == .beginFresh { warn(FeedReset.store.rawValue) }
    while true { action = try await carryOut(action, &course, &ahead) }
  }

  private func carryOut(
    _ action: FeedCourse.Action, _ course: inout FeedCourse, _ ahead: inout PageAhead?
  ) async throws(SyncError) -> FeedCourse.Action {
    switch action {
    case .beginFresh:
      try await store.beginFreshCopy()
      return try await pull(isFresh: true, waits: false, &course, &ahead)
    case .pullFresh: return try await pull(isFresh: true, waits: false, &course, &ahead)
    case .pull(let waits): return try await pull(isFresh: false, waits: waits, &course, &ahead)
    case .swap:
      try await swap()
      return .pull(waits: false)
    }
  }

  private func pull(
    isFresh: Bool, waits: Bool, _ course: inout FeedCourse, _ ahead: inout PageAhead?
  ) async throws(SyncError) -> FeedCourse.Action {
    let positions = try await positions()
    let start = isFresh ? positions.fresh : positions.copy
    let fetched = ahead?.start == start ? ahead : nil
    ahead = nil
    let answer: Result<Fetched, SyncError>
    if let fetched { answer = fetched.answer } else { answer = await fetch(from: start, waits: waits) }
    switch try answer.get() {
    case .reset(let reason):
      warn(reason)
      return course.next(.reset(isRebuilding: positions.fresh?.store == identity))
    case .page(let page, let progress):
      let verdict = watch.took(progress, limit: options.page)
      guard verdict != .stuck else { throw .noProgress(server) }
      let outcome: CopyOutcome
      if page.hasMore {
        // While a page is written the next one is on its way.
        async let next = fetch(from: page.position, waits: false)
        outcome = try await apply(page, from: start, isFresh: isFresh)
        ahead = PageAhead(start: page.position, answer: await next)
      } else {
        outcome = try await apply(page, from: start, isFresh: isFresh)
      }
      if verdict == .useful, watch.worked() { tell(.recovered(server)) }
      guard case .applied(let news) = outcome else {
        return course.next(.movedOn(isRebuilding: try await self.positions().fresh?.store == identity))
      }
      watch.applied(news: isFresh ? 0 : news)
      if !isFresh, !page.hasMore { try await arrived() }
      return course.next(.applied(hasMore: page.hasMore))
    }
  }

  private func fetch(from start: FeedPosition?, waits: Bool) async -> Result<Fetched, SyncError> {
    let query = ChangesQuery(
      store: start?.store, after: start?.serial ?? 0, digest: start?.digest.description ?? "", limit: options.page,
      wait: waits ? max(Int(clamping: options.every / .seconds(1)), 1) : 0)
    let begin = ContinuousClock.now
    do throws(ClientError) {
      let time = Duration.seconds(query.wait) + options.patience
      guard case .changes(let answer) = try await connection.ask(.changes(query), within: time) else {
        return .failure(.nonsense(server))
      }
      switch answer {
      case .reset(let reason): return .success(.reset(reason))
      case .page(let page):
        let waited = waits ? ContinuousClock.now - begin : nil
        return check(page, from: start).map { checked in .page(checked, page.progress(from: start, waited: waited)) }
      }
    } catch {
      return .failure(.client(error))
    }
  }

  /// Believes a page whose rows have the digest that came with it.
  private func check(_ page: ChangesAnswer.Page, from start: FeedPosition?) -> Result<FeedPage, SyncError> {
    guard let told = FeedDigest(page.digest), page.store == start?.store ?? page.store,
      page.last >= start?.serial ?? 0, page.last > start?.serial ?? 0 || !page.hasMore
    else { return .failure(.nonsense(server)) }
    var digest = start?.digest ?? .start
    for row in page.rows { digest.add(row) }
    guard digest == told else { return .failure(.digest(server)) }
    // Their digest is part of the position: the feed is followed past rows that are not copied.
    let rows = page.rows.filter(\.isWithinLimits)
    if rows.count < page.rows.count, watch.passedOver() {
      tell(.passedOver(server, rows: page.rows.count - rows.count))
    }
    return .success(
      FeedPage(
        position: FeedPosition(store: page.store, serial: page.last, digest: told), rows: rows, hasMore: page.hasMore))
  }

  private func apply(_ page: FeedPage, from start: FeedPosition?, isFresh: Bool) async throws(SyncError) -> CopyOutcome
  {
    if let start, start == page.position { return .applied(news: 0) }
    return isFresh
      ? try await store.copyFresh(page, from: start)
      : try await store.copy(page, from: start, source: server.description, milliseconds: now())
  }

  private func swap() async throws(SyncError) {
    // Nothing is spared: what came as live answers while it was copied is in the feed of the upstream too.
    let vanished = try await store.swapCopies(.atPosition, sparingAfter: .max, milliseconds: now())
    if let vanished { tell(.swapped(server, vanished: vanished)) }
  }

  private func arrived() async throws(SyncError) {
    let position = try await positions().copy
    guard watch.arrived(at: position) else { return }
    try await store.write { ledger throws(StoreError) in try ledger.keep(CopyState.whole) }
    tell(.complete(server, rows: try await store.copiedRows()))
  }

  private func warn(_ reason: String) {
    tell(.reset(server, reason: reason))
  }

  private func positions() async throws(SyncError) -> (copy: FeedPosition?, fresh: FeedPosition?) {
    try await store.read { reader throws(StoreError) in
      (try reader.position(.position), try reader.position(.freshPosition))
    }
  }
}

/// What the upstream answered, as far as it can be believed.
private enum Fetched {
  case page(FeedPage, PullProgress.Page)
  case reset(String)
}

/// An answer that was asked for before its turn.
private struct PageAhead {
  let start: FeedPosition?
  let answer: Result<Fetched, SyncError>
}

extension ChangesAnswer.Page {
  /// How far the page brings a copy.
  fileprivate func progress(from start: FeedPosition?, waited: Duration?) -> PullProgress.Page {
    let (serials, _) = last.subtractingReportingOverflow(start?.serial ?? 0)
    let bytes = rows.reduce(0) { sum, row in
      sum + row.tuple.package.version.utf8.count + row.tuple.package.pkgarch.utf8.count + row.tuple.checksum.utf8.count
    }
    return PullProgress.Page(serials: serials, rows: rows.count, bytes: bytes, hasMore: hasMore, waited: waited)
  }
}
