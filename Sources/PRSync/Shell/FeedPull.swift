// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRRevision
import PRStore
import PRWire

/// Carries out the actions of a ``FeedSync`` over one connection.
struct FeedPull {
  let connection: ServerConnection
  let store: SyncStore
  let options: SyncOptions
  /// In milliseconds since 1970.
  let now: @Sendable () -> Int64
  /// By a clock that is never set.
  let instant: @Sendable () -> ContinuousClock.Instant
  let report: SyncReport

  private var source: String { connection.server.description }
  private var upstreamStore: String { connection.description.store ?? "" }

  func run() async throws(SyncError) {
    var sync = FeedSync(
      FeedSync.Settings(
        server: connection.server, store: upstreamStore, ownStore: store.identity,
        page: options.page, wait: max(Int(clamping: options.every.components.seconds), 1)))
    var actions = sync.handle(.begun)
    var origins = OriginPass()
    while true {
      let events = try await carryOut(actions, &origins)
      actions = events.flatMap { sync.handle($0) }
    }
  }

  private func carryOut(
    _ actions: [FeedSync.Action], _ origins: inout OriginPass
  ) async throws(SyncError) -> [FeedSync.Event] {
    // A question is on its way while a page is written.
    async let reply = ask(actions, waiting: asksForOrigins ? origins : nil)
    var events: [FeedSync.Event] = []
    for action in actions {
      switch action {
      case .ask: break
      case .locate: events.append(.located(try await positions()))
      case .raise(let floors): try await store.raise(floors, of: upstreamStore, source: source, milliseconds: now())
      case .write(let page, let start, let target):
        events.append(.written(try await write(page, from: start, target)))
      case .beginFresh:
        try await store.beginFreshCopy()
        events.append(.freshBegun)
      case .swap:
        // Nothing is spared: what came as live answers while it was copied is in the feed of the upstream too.
        let vanished = try await store.swapCopies(.atPosition, sparingAfter: .max, milliseconds: now())
        events.append(.swapped(vanished: vanished))
      case .complete: events.append(.completed(rows: try await store.completeCopy()))
      case .note(let note):
        report.take(note)
        if case .applied(let news) = note, news > 0 { origins.rowsCame() }
        if case .arrived = note { try await askForOrigins(&origins) }
      case .fail(let error): throw error
      }
    }
    if let reply = await reply { events.append(.answered(reply)) }
    return events
  }

  /// Puts the question that is among the actions.
  private func ask(
    _ actions: [FeedSync.Action], waiting origins: OriginPass?
  ) async -> Result<FeedSync.Reply, SyncError>? {
    for case .ask(var query, let start) in actions {
      if let origins { query.wait = origins.wait(query.wait) }
      return await ask(query, from: start)
    }
    return nil
  }

  private func ask(_ query: ChangesQuery, from start: FeedPosition?) async -> Result<FeedSync.Reply, SyncError> {
    let begin = instant()
    do throws(SyncError) {
      switch try await answer(to: query) {
      case .reset(let reason): return .success(.reset(reason))
      case .page(let page):
        let floors = page.floors.map { floors in
          let start = floors.start.serial == query.floors?.serial ? query.floors : nil
          return floors.floors.reduce(into: start?.digest ?? .start) { $0.add($1) }
        }
        let waited = query.wait > 0 ? instant() - begin : nil
        return .success(.page(page, digest: page.digest(from: start), floorDigest: floors, waited: waited))
      }
    } catch {
      return .failure(error)
    }
  }

  func answer(to query: ChangesQuery) async throws(SyncError) -> ChangesAnswer {
    let response: Response
    do throws(ClientError) {
      response = try await connection.ask(.changes(query), within: .seconds(query.wait) + options.timeout)
    } catch {
      throw .client(error)
    }
    guard case .changes(let answer) = response else { throw .nonsense(connection.server) }
    return answer
  }

  private func write(
    _ page: FeedPage, from start: FeedPosition?, _ target: FeedSync.Target
  ) async throws(SyncError) -> CopyOutcome {
    switch target {
    case .copy: try await store.copy(page, from: start, source: source, milliseconds: now())
    case .fresh: try await store.copyFresh(page, from: start)
    }
  }

  private func positions() async throws(SyncError) -> FeedSync.Positions {
    try await store.read { reader throws(StoreError) in
      FeedSync.Positions(
        copy: try reader.position(.position), fresh: try reader.position(.freshPosition),
        floors: try reader.position(.floorPosition))
    }
  }
}
