// SPDX-License-Identifier: Apache-2.0

/// How fast an export is read: as fast as it can be while no other client asks, and else in an eighth of the time, so that
/// builders do not wait for a loop that writes rows.
struct ExportThrottle: Hashable, Sendable {
  private let begin: SessionInstant
  private let answers: Int

  /// So many times as long as the page took.
  private static let share = 7
  private static let maximumPause = Duration.milliseconds(50)

  /// A page begins to be read.
  ///
  /// - Parameter answers: what the loop's sessions had been answered by then.
  init(at now: SessionInstant, answers: Int) {
    begin = now
    self.answers = answers
  }

  /// How long to rest after the page, which has just been written.
  func rest(at now: SessionInstant, answers: Int) -> Duration {
    guard answers != self.answers else { return .zero }
    // Limited first, so that the product is in range.
    let time = min(max(begin.duration(to: now), .zero), Self.maximumPause)
    return min(time * Self.share, Self.maximumPause)
  }
}
