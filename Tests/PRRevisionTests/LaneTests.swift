// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@Suite("Lanes")
struct LaneTests {
  @Test(
    "K/N parses, and prints as it was",
    arguments: [
      ("0/1", 0, 1), ("2/8", 2, 8), ("7/8", 7, 8), ("0/18446744073709551615", 0, .max),
      ("18446744073709551614/18446744073709551615", .max - 1, .max),
    ] as [(String, UInt64, UInt64)])
  func parses(text: String, index: UInt64, count: UInt64) throws {
    let lane = try #require(Lane(text))
    #expect(lane.index == index)
    #expect(lane.count == count)
    #expect(lane == Lane(index: index, count: count))
    #expect(lane.description == text)
  }

  @Test(
    "nothing else parses",
    arguments: [
      "", "/", "1", "1/", "/2", "1//2", "1/2/3", "1/1", "2/1", "8/8", "0/0", "-1/2", "+1/2", "-0/2", "1/+2", "1/-2",
      " 1/2", "1/2 ", "1 /2", "1/ 2", "a/b", "0x1/2", "1_0/20", "１/2", "0/18446744073709551616", "1:2", "1.0/2",
    ])
  func refuses(text: String) {
    #expect(Lane(text) == nil)
  }

  @Test("a lane lies below the count of lanes")
  func bounds() {
    #expect(Lane(index: 0, count: 0) == nil)
    #expect(Lane(index: 3, count: 3) == nil)
    #expect(Lane(index: 2, count: 3) != nil)
    #expect(Lane.only == Lane(index: 0, count: 1))
  }

  @Test("the first number of a lane is what counting up finds", arguments: 1...7 as ClosedRange<UInt64>)
  func first(count: UInt64) throws {
    for index in 0..<count {
      let lane = try #require(Lane(index: index, count: count))
      for floor in 0...20 as ClosedRange<UInt64> {
        let found = (floor...).first { $0 % count == index }
        #expect(lane.first(from: floor) == found, "\(lane) from \(floor)")
      }
    }
  }

  @Test(
    "a number that does not fit 64 bits is none",
    arguments: [
      ("0/1", .max, .max), ("1/2", .max, .max), ("0/2", .max, nil), ("0/2", .max - 1, .max - 1),
      ("1/2", .max - 1, .max),
      ("2/8", .max - 5, .max - 5), ("2/8", .max - 4, nil),
      ("0/18446744073709551615", .max, .max), ("1/18446744073709551615", .max, nil),
      ("5/18446744073709551615", 6, nil), ("5/18446744073709551615", 5, 5), ("5/18446744073709551615", 0, 5),
    ] as [(String, UInt64, UInt64?)])
  func overflow(text: String, floor: UInt64, expected: UInt64?) throws {
    #expect(try #require(Lane(text)).first(from: floor) == expected)
  }

  @Test("two lanes overlap exactly if there is a number in both")
  func overlap() throws {
    let lanes = try (1...12).flatMap { count in
      try (0..<count).map { try #require(Lane(index: UInt64($0), count: UInt64(count))) }
    }
    for one in lanes {
      for other in lanes {
        let shared = (0..<one.count * other.count).contains { number in
          one.first(from: number) == number && other.first(from: number) == number
        }
        #expect(one.overlaps(other) == shared, "\(one) and \(other)")
      }
    }
    let greatest = try #require(Lane(index: .max - 1, count: .max))
    #expect(greatest.overlaps(greatest) && greatest.overlaps(.only) && Lane.only.overlaps(greatest))
  }
}
