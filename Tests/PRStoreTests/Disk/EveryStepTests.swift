// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import StoreCheck
import TestDisk
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// All that a story does to its disk is recorded, step by step. The power then fails behind each of the steps.
@Suite("A power loss behind any step on the disk", .ownThreads)
struct EveryStepTests {
  private static let isLong = ProcessInfo.processInfo.environment["HEADWATER_LONG_TESTS"] == "1"
  /// In how many ways the power fails behind a step, and behind one of the first; of the others, one in so many is tried.
  private static let (ways, firstWays, stride): (UInt64, UInt64, Int) = isLong ? (12, 50, 1) : (1, 6, 5)

  /// - Parameter first: the last of the first steps, which are tried more often.
  private func check(_ tale: RecordedTale, first: Int) throws {
    var content = tale.start
    var books = tale.books[...]
    var book = AnswerBook()
    for step in 0...tale.steps.count {
      while let next = books.first, next.steps <= step {
        book = next.book
        books = books.dropFirst()
      }
      let ways = step <= first ? Self.firstWays : Self.ways
      for way in 0...ways where step <= first || (step + Int(way)) % Self.stride == 0 {
        var left = content
        if way > 0 { left.losePower(Seed(way &* 7919 &+ UInt64(step)), sectorSize: way % 2 == 0 ? 512 : 4096) }
        let faults = tale.faults(left, book)
        #expect(faults == [], "step \(step), \(way == 0 ? "killed" : "way \(way)")")
        guard faults.isEmpty else { return }
      }
      if step < tale.steps.count { try content.apply(tale.steps[step]) }
    }
    if Self.isLong { print("\(tale.steps.count) steps") }  // what docs/reliability.md reports
  }

  @Test("leaves all that was answered: a database is made, written, copied to, closed and opened", .untilHung)
  func making() throws {
    let tale = RecordedTale()
    tale.record()
    tale.ask(9)
    tale.raise()
    tale.copy()
    tale.wait()
    tale.ask(3)
    tale.close()
    tale.ask(5)
    tale.copyAnew()
    tale.ask(Self.isLong ? 80 : 20)
    tale.wait()
    tale.close()
    try check(tale, first: 60)
  }

  @Test("leaves all that was answered: a database of an earlier schema is opened", .untilHung, arguments: 1...3)
  func migration(schema: Int) throws {
    let tale = RecordedTale()
    tale.ask(70)
    if schema > 1 { tale.copy() }
    tale.close()
    let other = try ForeignProcess(tale.path)
    try other.makeSchema(schema)
    try other.close()
    tale.record()
    tale.ask(2)
    tale.close()
    try check(tale, first: 10)
  }
}
