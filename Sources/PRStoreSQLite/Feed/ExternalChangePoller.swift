// SPDX-License-Identifier: Apache-2.0
import PRStore

/// Polls, while a client waits for rows, whether another process has written some.
///
/// `@unchecked Sendable`: only its serial queue touches what is in it.
final class ExternalChangePoller: @unchecked Sendable {
  private let queue: any SerialQueue
  private let clock: StoreClock
  private let connection: Connection
  private let feed: FeedMarkReading
  private let watch: FeedNotifier
  private var version: Int64 = 0
  private var isTicking = false

  private static let period = Duration.milliseconds(250)

  init(_ connection: Connection, watch: FeedNotifier, in environment: StoreEnvironment) {
    queue = environment.queue(.externalChanges)
    clock = environment.clock
    self.connection = connection
    feed = FeedMarkReading(connection)
    self.watch = watch
  }

  /// A client begins to wait.
  func start() {
    queue.async { [self] in
      guard !isTicking else { return }
      isTicking = true
      // A commit made while no client was waiting may be newer than the last read of this client.
      look()
      tickLater()
    }
  }

  private func tickLater() {
    clock.schedule(Self.period) { [weak self] in
      guard let poller = self else { return }
      poller.queue.async { poller.tick() }
    }
  }

  private func tick() {
    guard watch.isWatched else {
      isTicking = false
      return
    }
    look()
    tickLater()
  }

  private func look() {
    let now = dataVersion
    guard now != version else { return }
    do throws(StoreError) {
      watch.announce(try feed.mark())
      version = now
    } catch {
      // The next look reads it.
    }
  }

  /// It changes when any other connection has committed. While a lock keeps it from being read, nothing has.
  private var dataVersion: Int64 { (try? connection.number("PRAGMA data_version")) ?? version }
}
