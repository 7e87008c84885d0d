// SPDX-License-Identifier: Apache-2.0

/// How fast an export is read: as fast as it can be while no other client asks, and else in an eighth of the time, so that
/// builders do not wait for a loop that writes rows.
struct ExportThrottle: Sendable {
  private var begin = Time(nanoseconds: 0, answers: 0)

  /// A moment, with what the loop's sessions had been answered by then.
  struct Time: Hashable, Sendable {
    let nanoseconds: Int64
    let answers: Int
  }

  /// So many times as long as the page took.
  private static let share: Int64 = 7
  private static let longest: Int64 = 50_000_000

  mutating func pageWanted(at time: Time) { begin = time }

  /// How many nanoseconds to rest after a page that has just been written.
  func rest(at time: Time) -> Int64 {
    guard time.answers != begin.answers else { return 0 }
    return min(Self.share * max(time.nanoseconds - begin.nanoseconds, 0), Self.longest)
  }
}
