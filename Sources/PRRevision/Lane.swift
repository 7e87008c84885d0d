// SPDX-License-Identifier: Apache-2.0

/// What tells nodes of one level apart: the last component of what a node mints is `index` modulo `count`.
package struct Lane: Hashable, Sendable {
  /// From 0 up to, not including, ``count``.
  package let index: UInt64
  /// How many lanes the level has; at least 1.
  package let count: UInt64

  /// The lane of a node that has its level to itself.
  package static let only = Lane(uncheckedIndex: 0, count: 1)

  /// - Returns: nil unless `index < count`.
  package init?(index: UInt64, count: UInt64) {
    guard index < count else { return nil }
    self.init(uncheckedIndex: index, count: count)
  }

  /// Parses `K/N`, such as `2/8`: ASCII digits and a slash, no sign.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let isDigits = parts.allSatisfy { $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) }
    guard parts.count == 2, isDigits, let index = UInt64(parts[0]), let count = UInt64(parts[1]) else { return nil }
    self.init(index: index, count: count)
  }

  private init(uncheckedIndex index: UInt64, count: UInt64) {
    self.index = index
    self.count = count
  }

  /// Whether some number falls into both lanes: exactly if the indexes are equal modulo the greatest common divisor of
  /// the counts.
  package func overlaps(_ other: Lane) -> Bool {
    var (divisor, rest) = (count, other.count)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    return index % divisor == other.index % divisor
  }

  /// The least number of this lane that is not below `floor`.
  ///
  /// - Returns: nil when it would not fit 64 bits.
  package func first(from floor: UInt64) -> UInt64? {
    let remainder = floor % count
    let step = remainder <= index ? index - remainder : count - (remainder - index)
    let (sum, overflow) = floor.addingReportingOverflow(step)
    return overflow ? nil : sum
  }
}

extension Lane: CustomStringConvertible {
  package var description: String { "\(index)/\(count)" }
}
