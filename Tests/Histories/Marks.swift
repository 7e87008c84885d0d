// SPDX-License-Identifier: Apache-2.0

/// A set of small numbers.
struct Marks: Hashable, Sendable {
  private var words: [UInt64]

  init(capacity: Int) { words = Array(repeating: 0, count: (capacity + 63) / 64) }

  func contains(_ number: Int) -> Bool { words[number >> 6] & (1 << UInt64(number & 63)) != 0 }

  mutating func insert(_ number: Int) { words[number >> 6] |= 1 << UInt64(number & 63) }

  func inserting(_ number: Int) -> Marks {
    var result = self
    result.insert(number)
    return result
  }
}
