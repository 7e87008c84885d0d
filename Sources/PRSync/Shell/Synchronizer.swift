// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRStore
import PRWire
import ServiceLifecycle

/// Keeps a copy of the upstream's rows.
package final class Synchronizer: Service {
  private let store: SyncStore
  private let options: SyncOptions
  private let now: @Sendable () -> Int64
  private let environment: SyncEnvironment
  private let tell: @Sendable (SyncEvent) -> Void
  private let status: SyncStatus

  /// - Parameters:
  ///   - now: the time in milliseconds since 1970.
  ///   - tell: called with what happens.
  package init(
    store: Store, options: SyncOptions, now: @escaping @Sendable () -> Int64,
    in environment: SyncEnvironment = .system,
    tell: @escaping @Sendable (SyncEvent) -> Void
  ) {
    self.store = SyncStore(store)
    self.options = options
    self.now = now
    self.environment = environment
    status = SyncStatus(now: environment.now)
    self.tell = tell
  }

  package var health: SyncHealth { status.health }

  package func run() async throws {
    await cancelWhenGracefulShutdown { await self.follow() }
  }

  /// Keeps the copy until the task is cancelled.
  package func follow() async {
    await withTaskExecutorPreference(environment.executor) { await self.pullAgainAndAgain() }
  }

  private func pullAgainAndAgain() async {
    await resume()
    var schedule = SyncSchedule(every: options.every)
    while !Task.isCancelled {
      let pause: Duration
      status.begins()
      do throws(SyncError) {
        try await pull()
        pause = schedule.succeeded(jitter: environment.jitter())
      } catch {
        let reason = error.description
        if !Task.isCancelled {
          let (upstream, isConnection) = (status.health.upstream, error.isConnection)
          if status.failed(reason) { tell(.failed(upstream, reason: reason, isConnection: isConnection)) }
          if status.lasts(isConnection: isConnection) {
            tell(.lasting(upstream, reason: reason, isConnection: isConnection))
          }
        }
        // Back at once after a connection that worked, however many have ended before.
        if status.hasWorked, !error.isNoProgress { schedule.worked() }
        pause = schedule.failed(jitter: environment.jitter())
      }
      await environment.pause(pause)  // ends early when the task is cancelled, which the loop looks at
    }
  }

  private func resume() async {
    // What cannot be read now cannot be pulled either, and the pull says so.
    let position = try? await store.read { reader throws(StoreError) in try reader.position(.position) }
    status.resumes(at: position ?? nil)
    // Until the copy is whole nothing that lasts is to be made of it. Where this cannot be written, rows cannot either.
    try? await store.write { context throws(StoreError) in try context.beginCopy() }
  }

  /// Pulls from the first upstream that can be reached: once, or as long as the connection lasts.
  private func pull() async throws(SyncError) {
    let connection = try await connect()
    status.connected(to: connection.server)
    // A question for news may wait for a minute: a stop does not wait for it.
    let outcome = await withTaskCancellationHandler {
      do throws(SyncError) {
        return Result<Void, SyncError>.success(try await withConnection(connection))
      } catch {
        return .failure(error)
      }
    } onCancel: {
      connection.abandon()
    }
    await connection.close()
    try outcome.get()
  }

  private func withConnection(_ connection: ServerConnection) async throws(SyncError) {
    let report = SyncReport(server: connection.server, status: status, tell: tell)
    if connection.description.features.contains(.changes) {
      try await FeedPull(
        connection: connection, store: store, options: options, now: now, instant: environment.now, report: report
      ).run()
    } else {
      try await ExportPull(connection: connection, store: store, now: now, report: report).run()
    }
  }

  private func connect() async throws(SyncError) -> ServerConnection {
    var last = ClientError.disconnected(options.peers[0].server)
    for peer in options.peers {
      do throws(ClientError) {
        return try await ServerConnection.open(peer, on: environment.loops)
      } catch {
        last = error
      }
    }
    throw .client(last)
  }
}
