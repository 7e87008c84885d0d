// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import Testing

@Suite("The order of revisions")
struct RevisionOrderTests {
  static let ascending = [
    "0", "0.0", "0.0.0", "0.1", "0.10", "1", "1.0", "1.0.0", "1.1", "1.9", "1.10", "1.10.0", "1.11", "2", "9", "10",
    "10.0", "11", "99", "100", "18446744073709551614", "18446744073709551615", "18446744073709551615.0",
  ].map(revision)

  @Test("each is smaller than every later one, and equal to itself only", arguments: ascending.indices)
  func listed(index: Int) {
    for other in Self.ascending.indices {
      let (left, right) = (Self.ascending[index], Self.ascending[other])
      #expect((left < right) == (index < other), "\(left) and \(right)")
      #expect((left == right) == (index == other), "\(left) and \(right)")
      #expect((left > right) == (index > other), "\(left) and \(right)")
    }
  }

  @Test("sorting a shuffled list puts it in order", arguments: Seed.several(3))
  func sorts(seed: Seed) {
    var numbers = seed.numbers
    #expect(Self.ascending.shuffled(using: &numbers).sorted() == Self.ascending, "\(seed)")
  }

  @Test("two are smaller, equal or greater, never two of these, and as their digits say", arguments: Seed.several(4))
  func total(seed: Seed) {
    var numbers = seed.numbers
    for _ in 0..<500 {
      let (left, right) = (Self.random(&numbers), Self.random(&numbers))
      #expect(
        [left < right, left == right, left > right].filter(\.self).count == 1, "\(left) and \(right), \(seed)")
      #expect((left < right) == (right > left), "\(left) and \(right), \(seed)")
      #expect((left < right) == (Self.key(left.text) < Self.key(right.text)), "\(left) and \(right), \(seed)")
      #expect((left == right) == (Self.key(left.text) == Self.key(right.text)), "\(left) and \(right), \(seed)")
      if left == right { #expect(left.hashValue == right.hashValue, "\(left) and \(right), \(seed)") }
    }
  }

  @Test("what is smaller than the smaller is smaller", arguments: Seed.several(4))
  func transitive(seed: Seed) {
    var numbers = seed.numbers
    var chains = 0
    for _ in 0..<1000 {
      let (first, second, third) = (Self.random(&numbers), Self.random(&numbers), Self.random(&numbers))
      guard first <= second, second <= third else { continue }
      chains += 1
      #expect(first <= third, "\(first), \(second), \(third), \(seed)")
      if first == third { #expect(first == second && second == third, "\(first), \(second), \(third), \(seed)") }
    }
    #expect(chains > 0, "the generator made no chain; \(seed)")
  }

  /// Few different numbers, so that equal ones and prefixes are common; leading zeros now and then.
  private static func random(_ numbers: inout SeededNumbers) -> Revision {
    let parts = (0..<Int.random(in: 1...3, using: &numbers)).map { _ -> String in
      let zeros = String(repeating: "0", count: Int.random(in: 0...9, using: &numbers) == 0 ? 2 : 0)
      return zeros + ["0", "1", "2", "9", "10", "18446744073709551615"].randomElement(using: &numbers)!
    }
    return revision(parts.joined(separator: "."))
  }

  /// The order said another way: digits padded to one width compare as text.
  private static func key(_ text: String) -> String {
    text.split(separator: ".").map { part in
      let digits = part.drop { $0 == "0" }
      return String(repeating: "0", count: 20 - digits.count) + digits
    }.joined()
  }
}
