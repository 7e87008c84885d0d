// SPDX-License-Identifier: Apache-2.0
import PRFederation

/// When members get the list of revoked certificates. It may have half a megabyte: a member that reports without it, however often,
/// gets each list at once and then once in ten seconds, as for an answer that was lost.
struct ListPace: Sendable {
  private var given: [MemberID: Given] = [:]

  private struct Given {
    let number: UInt64
    let at: ContinuousClock.Instant
  }

  static let pause = Duration.seconds(10)

  /// Whether a member gets a list now; then it has it.
  ///
  /// - Parameter id: of a member on record, so that no more are kept than the register has.
  mutating func admits(_ number: UInt64, to id: MemberID, now: ContinuousClock.Instant) -> Bool {
    if let last = given[id], last.number == number, now - last.at < Self.pause { return false }
    given[id] = Given(number: number, at: now)
    return true
  }
}
