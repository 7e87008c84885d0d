// SPDX-License-Identifier: Apache-2.0

/// How often tokens may be tried: so many times in any minute from one address, and so many in all.
///
/// An attempt that was refused does not count, so a store that goes on trying is let in again after a minute at the
/// latest, and no more than ``maximum`` attempts are kept.
package struct AttemptLimiter: Sendable {
  package typealias Instant = ContinuousClock.Instant

  /// Those of the last minute, the oldest first.
  private var attempts: [Attempt] = []
  private var counts: [String: Int] = [:]

  private struct Attempt {
    let address: String
    let at: Instant
  }

  package static let maximumOfAddress = 10
  package static let maximum = 1000
  private static let period = Duration.seconds(60)
  /// Longer addresses count as one with the others that begin alike.
  private static let longestAddress = 64

  package init() {}

  /// - Parameters:
  ///   - address: of the peer, without its port; for IPv6 its first 64 bits, since a site has all addresses behind
  ///     them.
  ///   - now: never before that of an earlier call.
  /// - Returns: whether the token may be looked at.
  package mutating func admit(_ address: String, now: Instant) -> Bool {
    forget(now: now)
    let address = String(decoding: address.utf8.prefix(Self.longestAddress), as: UTF8.self)
    let count = counts[address] ?? 0
    guard count < Self.maximumOfAddress, attempts.count < Self.maximum else { return false }
    counts[address] = count + 1
    attempts.append(Attempt(address: address, at: now))
    return true
  }

  /// How many attempts and addresses are kept.
  package var size: (attempts: Int, addresses: Int) { (attempts.count, counts.count) }

  private mutating func forget(now: Instant) {
    let old = attempts.prefix { now - $0.at >= Self.period }
    guard !old.isEmpty else { return }
    for attempt in old {
      guard let count = counts[attempt.address] else { continue }
      counts[attempt.address] = count > 1 ? count - 1 : nil
    }
    attempts.removeFirst(old.count)
  }
}
