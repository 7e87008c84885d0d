// SPDX-License-Identifier: Apache-2.0

/// The course of one question over the upstreams: which one is asked next, and how much of the deadline it may use.
///
/// Upstreams are asked in order of preference. The time that is left is divided by the number of upstreams that are
/// present, so that an upstream that hangs leaves time for the others. An upstream that is absent at one step is not
/// asked at a later step.
struct Failover: Sendable {
  typealias Instant = ContinuousClock.Instant

  enum Step: Hashable, Sendable {
    /// → `ask` or `end`, when this upstream has failed.
    case ask(upstream: Int, within: Duration)
    /// No upstream is left, or no time.
    case end(UpstreamError)
  }

  /// The upstreams that were present at every step so far and were not asked.
  private var candidates: [Int]
  private let deadline: Instant
  private var lastError: UpstreamError?

  /// - Parameter upstreams: how many there are.
  init(over upstreams: Int, until deadline: Instant) {
    candidates = Array(0..<max(upstreams, 0))
    self.deadline = deadline
  }

  /// - Parameters:
  ///   - error: why the upstream that was asked last gave no answer; nil at the first step.
  ///   - upstreams: all of them, in order of preference.
  mutating func next(
    after error: UpstreamError?, _ upstreams: [UpstreamAvailability], at now: Instant
  ) -> Step {
    lastError = error ?? lastError
    candidates.removeAll { !upstreams.indices.contains($0) || !upstreams[$0].isPresent }
    let share = now.duration(to: deadline) / max(candidates.count, 1)
    guard let upstream = candidates.first, share > .zero else {
      return .end(lastError ?? upstreams.first?.absence ?? .stopped)
    }
    candidates.removeFirst()
    return .ask(upstream: upstream, within: share)
  }
}
