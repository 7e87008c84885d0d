// SPDX-License-Identifier: Apache-2.0

/// What a session waits for. At most one timer of a kind runs.
enum SessionTimer: Int, CaseIterable, Sendable {
  /// The end of the handshake.
  case handshake
  /// The end of a chunk stream.
  case message
  /// The next request.
  case idle
  /// A socket that takes bytes.
  case write
  /// The end of an export's rest after a page.
  case page
  /// The first request while the server stops, or the end of a client of HTTP.
  case courtesy
  /// The end of the time for which a `changes` may be held back.
  case poll
}

/// The timers that run.
struct ArmedTimers: Hashable, Sendable {
  private var bits: UInt8 = 0

  func contains(_ timer: SessionTimer) -> Bool { bits & Self.bit(timer) != 0 }

  mutating func insert(_ timer: SessionTimer) { bits |= Self.bit(timer) }

  /// - Returns: whether it ran.
  mutating func remove(_ timer: SessionTimer) -> Bool {
    defer { bits &= ~Self.bit(timer) }
    return contains(timer)
  }

  private static func bit(_ timer: SessionTimer) -> UInt8 { 1 << UInt8(clamping: timer.rawValue) }
}
