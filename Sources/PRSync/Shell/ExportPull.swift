// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRRevision
import PRStore
import PRWire

/// Carries out the actions of an ``ExportSync`` over one connection.
struct ExportPull {
  let connection: ServerConnection
  let store: SyncStore
  let now: @Sendable () -> Int64
  let report: SyncReport

  func run() async throws(SyncError) {
    // Of the rows of this export, whichever transaction stores them.
    let begin = now()
    var sync = ExportSync()
    var stream: RowStream?
    var actions = sync.handle(.begun)
    while !actions.isEmpty {
      let event: ExportSync.Event?
      do throws(SyncError) {
        event = try await carryOut(actions, &stream, begin)
      } catch {
        stream?.cancel()
        throw error
      }
      actions = event.map { sync.handle($0) } ?? []
    }
  }

  /// - Returns: the result of the last action.
  private func carryOut(
    _ actions: [ExportSync.Action], _ stream: inout RowStream?, _ begin: Int64
  ) async throws(SyncError) -> ExportSync.Event? {
    var event: ExportSync.Event?
    for action in actions {
      switch action {
      case .count: event = .counted(try await count())
      case .export: stream = connection.rows(ExportQuery(RowFilter(history: .kept)))
      case .next: event = try await next(of: stream)
      case .write(let rows, .copy):
        let source = connection.server.description
        event = .written(news: try await store.copy(rows, source: source, milliseconds: begin))
      case .write(let rows, .fresh):
        try await store.copyFresh(rows)
        event = .written(news: 0)
      case .beginFresh:
        try await store.beginFreshCopy()
        event = .freshBegun
      case .swap(let spared):
        let vanished = try await store.swapCopies(.nowhere, sparingAfter: spared, milliseconds: now())
        event = .swapped(vanished: vanished)
      case .complete: event = .completed(rows: try await store.completeCopy())
      case .note(let note): report.take(note)
      }
    }
    return event
  }

  private func count() async throws(SyncError) -> ExportSync.Before {
    try await store.read(in: .long) { reader throws(StoreError) in
      ExportSync.Before(rows: try reader.copiedRows(), newest: try reader.newestSerial())
    }
  }

  private func next(of stream: RowStream?) async throws(SyncError) -> ExportSync.Event? {
    guard let stream else { return nil }
    do throws(ClientError) {
      guard let rows = try await stream.next() else { return .ended(passedOver: stream.passedOver) }
      return .read(rows)
    } catch {
      throw .client(error)
    }
  }
}
