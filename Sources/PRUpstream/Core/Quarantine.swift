// SPDX-License-Identifier: Apache-2.0

/// Questions that cost the upstream's line, or a deadline, while the upstream answers others. Such a question is set
/// aside by itself for a while, instead of the upstream.
///
/// Time and number are bounded: a question is asked again when its time is over, and the oldest entry leaves first.
struct Quarantine: Sendable {
  typealias Instant = ContinuousClock.Instant

  private var entries: [UpstreamQuestion: Entry] = [:]
  /// The order in which the questions of `entries` came; some may have left since.
  private var order: [UpstreamQuestion] = []

  private struct Entry {
    /// Failures since the question was last set aside.
    var strikes = 0
    /// How often it was set aside.
    var times = 0
    var until: Instant?
    var reason = ""
  }

  /// So many questions are remembered.
  static let maximum = 128
  /// A question is set aside at this many failures.
  static let enough = 2
  private static let first = Duration.seconds(30)
  private static let maximumDoublings = 4

  /// Why a question is set aside now; nil for one that may be asked.
  func reason(against question: UpstreamQuestion, at now: Instant) -> String? {
    guard !entries.isEmpty, let entry = entries[question], let until = entry.until, now < until else { return nil }
    return entry.reason
  }

  /// A question failed in a way that costs more than its own answer.
  ///
  /// - Parameters:
  ///   - isCertain: no other cause is possible, or the question was asked once more by itself.
  /// - Returns: for how long the question is set aside from now on; nil when it may be asked again.
  mutating func strike(
    _ question: UpstreamQuestion, reason: String, isCertain: Bool, at now: Instant
  ) -> Duration? {
    var entry = entries[question] ?? Entry()
    if entry.strikes == 0, entry.times == 0 { remember(question) }
    entry.strikes += isCertain ? Self.enough : 1
    defer { entries[question] = entry }
    guard entry.strikes >= Self.enough || entry.times > 0 else { return nil }
    let pause = Self.first * (1 << min(entry.times, Self.maximumDoublings))
    entry = Entry(strikes: 0, times: entry.times + 1, until: now + pause, reason: reason)
    return pause
  }

  /// The question had an answer.
  mutating func acquit(_ question: UpstreamQuestion) {
    guard !entries.isEmpty, entries.removeValue(forKey: question) != nil else { return }
    order.removeAll { $0 == question }
  }

  private mutating func remember(_ question: UpstreamQuestion) {
    order.append(question)
    if order.count > Self.maximum { entries[order.removeFirst()] = nil }
  }

  var count: Int { entries.count }
}
