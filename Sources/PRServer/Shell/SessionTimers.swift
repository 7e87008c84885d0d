// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// The timers of a session that run.
struct SessionTimers {
  private var running: [Scheduled<Void>?] = Array(repeating: nil, count: SessionTimer.allCases.count)

  /// Starts a timer, whose end is an event of the session.
  mutating func start(_ timer: SessionTimer, after delay: Duration, _ session: NIOLoopBound<SessionHandler>) {
    cancel(timer)
    running[timer.rawValue] = session.eventLoop.scheduleTask(in: TimeAmount(delay)) {
      session.value.timers.running[timer.rawValue] = nil
      session.value.handle(.fired(timer))
    }
  }

  mutating func cancel(_ timer: SessionTimer) {
    running[timer.rawValue]?.cancel()
    running[timer.rawValue] = nil
  }

  mutating func cancelAll() {
    for timer in SessionTimer.allCases { cancel(timer) }
  }
}
