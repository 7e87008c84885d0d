// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRRevision

@Suite("The values of a checksum that are told")
struct ToldValuesTests {
  private func revisions(_ numbers: some Sequence<Int>) -> [Revision] {
    numbers.map { Revision(components: [UInt64($0)]) }
  }

  @Test("are all of them up to sixteen, and then the eight least and the eight greatest", arguments: 0...40)
  func ends(count: Int) {
    let told = ToldValues(revisions((0..<count).shuffled()))
    let expected = count <= 16 ? Array(0..<count) : Array(0..<8) + Array(count - 8..<count)
    #expect(told.values == revisions(expected))
    #expect(told.hasMore == (count > 16))
  }

  @Test("count once, however they are spelt and however often they come")
  func repeated() {
    let told = ToldValues((revisions(0..<16) + revisions(0..<16) + [Revision("007")!]).shuffled())
    #expect(told.values == revisions(0..<16) && !told.hasMore)
    #expect(ToldValues([]).values.isEmpty && !ToldValues([]).hasMore)
  }

  @Test("stay what they are when they are cut again, and what was left out before stays left out")
  func again() {
    let told = ToldValues(revisions(0..<100))
    #expect(ToldValues(told.values, hasMore: told.hasMore) == told)
    #expect(ToldValues(revisions(0..<3), hasMore: true).hasMore)
  }

  @Test("have the same ends as a sort", arguments: 0..<50)
  func random(seed: Int) {
    let numbers = (0..<Int.random(in: 1...60)).map { _ in Int.random(in: 0..<50) }
    let sorted = Set(numbers).sorted()
    let told = ToldValues(revisions(numbers))
    let expected = sorted.count <= 16 ? sorted : Array(sorted.prefix(8) + sorted.suffix(8))
    #expect(told.values == revisions(expected) && told.hasMore == (sorted.count > 16), "\(numbers)")
  }
}
