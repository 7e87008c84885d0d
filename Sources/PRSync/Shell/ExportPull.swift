// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRRevision
import PRStore
import PRWire

/// Copies a server without a feed: all its rows, read as a stream, of which the new ones are added.
struct ExportPull {
  let connection: ServerConnection
  let store: SyncStore
  let now: @Sendable () -> Int64
  let tell: @Sendable (SyncEvent) -> Void
  let watch: SyncStatus

  private var server: Endpoint { connection.server }

  func run() async throws(SyncError) {
    let (begin, source) = (now(), server.description)
    let (before, newest) = try await store.read(in: .long) { reader throws(StoreError) in
      (try reader.copiedRows(), try reader.newestSerial())
    }
    let told = try await stream { rows throws(SyncError) in
      try await store.copy(rows, source: source, milliseconds: begin)
    }
    if told.passedOver > 0, watch.passedOver() { tell(.passedOver(server, rows: told.passedOver)) }
    // Rows of such a server never vanish, unless it lost them. What comes as live answers meanwhile is in neither number.
    if before + told.news > told.rows { try await rebuild(since: newest) }
    try await store.write { ledger throws(StoreError) in try ledger.keep(CopyState.whole) }
    watch.applied(news: told.news)
    if watch.worked() { tell(.recovered(server)) }
    if watch.arrived(at: nil) { tell(.complete(server, rows: try await store.copiedRows())) }
  }

  private func rebuild(since newest: Int64) async throws(SyncError) {
    try await store.beginFreshCopy()
    _ = try await stream { rows throws(SyncError) in
      try await store.copyFresh(rows)
      return 0
    }
    let swapped = try await store.swapCopies(.nowhere, sparingAfter: newest, milliseconds: now())
    guard let vanished = swapped, vanished > 0 else { return }
    tell(.reset(server, reason: "rows that it had are gone: it lost its database, or was restored from a backup"))
    tell(.swapped(server, vanished: vanished))
  }

  /// Asks for everything, and writes it as it comes.
  private func stream(
    _ write: @Sendable ([Row]) async throws(SyncError) -> Int
  ) async throws(SyncError) -> (rows: Int, news: Int, passedOver: Int) {
    var (rows, news) = (0, 0)
    let stream = connection.rows(ExportQuery(RowFilter(history: .kept)))
    while let batch = try await next(of: stream) {
      rows += batch.count
      do throws(SyncError) {
        news += try await write(batch)
      } catch {
        stream.cancel()
        throw error
      }
    }
    return (rows, news, stream.passedOver)
  }

  private func next(of stream: RowStream) async throws(SyncError) -> [Row]? {
    do throws(ClientError) { return try await stream.next() } catch { throw .client(error) }
  }
}
