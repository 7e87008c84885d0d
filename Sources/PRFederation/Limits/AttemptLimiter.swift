// SPDX-License-Identifier: Apache-2.0

/// How often tokens may be tried in vain: so many times in any minute from one address, and so many in all.
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

  private let maximumOfOne: Int

  /// - Parameter maximumOfOne: so many a minute are admitted from one address, or from whatever else is counted by its name.
  package init(ofOne maximumOfOne: Int = maximumOfAddress) { self.maximumOfOne = maximumOfOne }

  /// - Parameters:
  ///   - address: of the peer, without its port. Of IPv6 its first 64 bits count, since a site has all addresses behind
  ///     them.
  ///   - now: never before that of an earlier call.
  /// - Returns: whether the token may be looked at.
  package mutating func admit(_ address: String, now: Instant) -> Bool {
    forget(now: now)
    let address = Self.network(String(decoding: address.utf8.prefix(Self.longestAddress), as: UTF8.self))
    let count = counts[address] ?? 0
    guard count < maximumOfOne, attempts.count < Self.maximum else { return false }
    counts[address] = count + 1
    attempts.append(Attempt(address: address, at: now))
    return true
  }

  /// The last attempt from an address was with a token that is accepted: it counts no more, so that many sites behind one address
  /// may join one after the other.
  package mutating func forgive(_ address: String) {
    let address = Self.network(String(decoding: address.utf8.prefix(Self.longestAddress), as: UTF8.self))
    guard let index = attempts.lastIndex(where: { $0.address == address }) else { return }
    attempts.remove(at: index)
    let count = counts[address] ?? 1
    counts[address] = count > 1 ? count - 1 : nil
  }

  /// The first four of the eight groups of an address of IPv6; any other address as it is, also one of IPv4 that is written
  /// as one of IPv6.
  private static func network(_ address: String) -> String {
    guard address.contains(":"), !address.contains(".") else { return address }
    let halves = address.split(separator: ":", omittingEmptySubsequences: false)
    guard let gap = halves.firstIndex(of: "") else { return halves.prefix(4).joined(separator: ":") }
    let (left, right) = (halves[..<gap], halves[gap...].filter { !$0.isEmpty })
    let zeros = [Substring](repeating: "0", count: max(8 - left.count - right.count, 0))
    return (left + zeros + right).prefix(4).joined(separator: ":")
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
