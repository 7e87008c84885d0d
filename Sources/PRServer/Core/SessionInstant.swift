// SPDX-License-Identifier: Apache-2.0

/// A moment of an even clock, as the time since some other moment of it.
///
/// `ContinuousClock.Instant` has a layout that only its library has at hand: a session with one in it would be copied by way of
/// that library at each look at it.
struct SessionInstant: Hashable, Comparable, Sendable {
  private let time: Duration

  init(after time: Duration) { self.time = time }

  static func < (one: SessionInstant, other: SessionInstant) -> Bool { one.time < other.time }

  static func + (instant: SessionInstant, time: Duration) -> SessionInstant {
    SessionInstant(after: instant.time + time)
  }

  static func += (instant: inout SessionInstant, time: Duration) { instant = instant + time }

  func duration(to other: SessionInstant) -> Duration { other.time - time }
}
