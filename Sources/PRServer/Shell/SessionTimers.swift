// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// A session's clocks: what it waits for, and for how long.
struct SessionTimers {
  enum Kind: Int, CaseIterable { case handshake, message, idle, write, page, courtesy }

  private var running: [Scheduled<Void>?] = Array(repeating: nil, count: Kind.allCases.count)

  /// Starts a timer, in place of one of its kind that runs.
  mutating func start(
    _ kind: Kind, after delay: Duration, on loop: any EventLoop, _ session: NIOLoopBound<SessionHandler>,
    _ expired: @escaping @Sendable (SessionHandler) -> Void
  ) {
    cancel(kind)
    running[kind.rawValue] = loop.scheduleTask(in: TimeAmount(delay)) { expired(session.value) }
  }

  mutating func cancel(_ kind: Kind) {
    running[kind.rawValue]?.cancel()
    running[kind.rawValue] = nil
  }

  func isRunning(_ kind: Kind) -> Bool { running[kind.rawValue] != nil }

  mutating func cancelAll() {
    for kind in Kind.allCases { cancel(kind) }
  }
}
