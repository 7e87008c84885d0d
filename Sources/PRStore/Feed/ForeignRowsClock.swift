// SPDX-License-Identifier: Apache-2.0
import Dispatch

/// Looks now and then, while somebody waits for rows, whether another process has written some.
///
/// `@unchecked Sendable`: only its serial queue touches what is in it.
final class ForeignRowsClock: @unchecked Sendable {
  private let thread = DispatchQueue(label: "headwater.store.foreign-rows")
  private let connection: Connection
  private let feed: FeedMarkReading
  private let watch: FeedWatch
  private var version: Int64 = 0
  private var isTicking = false

  private static let period = DispatchTimeInterval.milliseconds(250)

  init(_ connection: Connection, watch: FeedWatch) {
    self.connection = connection
    feed = FeedMarkReading(connection)
    self.watch = watch
  }

  /// Somebody waits.
  func start() {
    thread.async { [self] in
      guard !isTicking else { return }
      isTicking = true
      // What was written while nobody waited may have come behind the look that whoever waits now has had.
      look()
      tickLater()
    }
  }

  private func tickLater() {
    thread.asyncAfter(deadline: .now() + Self.period) { [self] in
      guard watch.isWatched else {
        isTicking = false
        return
      }
      look()
      tickLater()
    }
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
