// SPDX-License-Identifier: Apache-2.0
import PRRevision
import StoreCheck
import TestDisk
import TestSeed
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// The shortest stories that lead to what the random ones have found.
@Suite("What stories on a simulated disk have found", .ownThreads)
struct DiskRegressionTests {
  private static let tuple = TupleKey(version: "busybox", pkgarch: "all", checksum: "a")

  private func open(_ story: DiskStory, forReading: Bool = false) throws -> StoreProcess {
    var options = StoreOptions(path: story.path)
    options.readOnly = forReading
    return try StoreProcess(options, on: story.disk, Seed(1))
  }

  @Test("a log that a killed process has left has its name on the disk before an answer leaves", arguments: 0..<20)
  func nameOfLog(seed: UInt64) throws {
    let story = DiskStory(Seed(seed))
    do {
      // The first process closes its database, and so removes its log. The second is killed when it has made another.
      let process = try open(story)
      process.store.close()
    }
    let log = story.path + "-wal"
    for call in 1... {
      if (1..<call).contains(where: { _ in story.disk.bytes(of: log) != nil }) { break }
      story.disk.losePower(during: call)
      _ = try? open(story)
      story.disk.losePower()
      story.disk.killProcesses()
    }
    do {
      let process = try open(story)
      for _ in 0..<4 { story.ask(process, count: 1) }
      #expect(!story.record.book.answered.isEmpty)
    }
    story.disk.restart()
    let process = try open(story)
    story.check()
    #expect(story.record.faults == [], "\(process.report)")
  }

  /// Where a process only reads, SQLite syncs the log itself, when the connection that looked at the database first is closed.
  @Test(
    "a commit that a killed process has written and not synced is on the disk before it is read",
    // With these the second request makes a row.
    arguments: [0, 1, 2, 3, 4, 5, 7, 8, 9, 10] as [UInt64], [false, true])
  func unsyncedCommit(seed: UInt64, forReading: Bool) throws {
    var found = 0
    for call in 1...40 {
      let story = DiskStory(Seed(seed))
      do {
        let process = try open(story)
        story.ask(process, count: 1)
        story.record.isDisturbed = true
        story.disk.losePower(during: call)
        story.ask(process, count: 1)
        story.disk.losePower()
        story.disk.killProcesses()
      }
      // It does not end before the power fails: a store that is closed is brought to the disk.
      let next = try open(story, forReading: forReading)
      let before = try values(story, next)
      found += before.count == story.record.book.asked.count ? 1 : 0
      story.disk.restart()
      #expect(try values(story, try open(story)) == before, "killed at call \(call)")
      withExtendedLifetime(next) {}
    }
    #expect(found > 0)
  }

  /// The values that a process finds for what was asked.
  private func values(_ story: DiskStory, _ process: StoreProcess) throws -> [TupleKey: String] {
    let reader = try #require(try process.eventLoopReader())
    try reader.beginSnapshot()
    var values: [TupleKey: String] = [:]
    for tuple in story.record.book.asked.map(\.key) { values[tuple] = try reader.current(tuple) }
    try reader.endSnapshot()
    return values
  }

  @Test("a system that does not tell which file a path leads to has not said that the file was replaced")
  func untoldIdentity() throws {
    let story = DiskStory(Seed(1))
    let process = try open(story)
    story.ask(process, count: 1)
    for call in 1...8 {
      story.record.isDisturbed = true
      story.disk.fail(call, with: .failing)
      story.ask(process, count: 1)
      story.disk.mend()
      story.ask(process, count: 1)
      #expect(story.record.faults == [], "call \(call)")
    }
    #expect(story.record.figures.refusals > 0)
  }

  @Test("an event loop ends a snapshot that a failing disk has ended already")
  func endedSnapshot() throws {
    for call in 1...20 {
      let story = DiskStory(Seed(1))
      story.options.turnCache = 0
      let process = try StoreProcess(story.options, on: story.disk, Seed(1))
      for _ in 0..<9 { story.ask(process, count: 8) }
      let reader = try #require(try process.eventLoopReader())
      try reader.beginSnapshot()
      story.disk.fail(call, with: .failing)
      for row in story.record.book.answered.map(\.tuple.key) { _ = try? reader.current(row) }
      story.disk.mend()
      try reader.endSnapshot()
      try reader.beginSnapshot()
      try reader.endSnapshot()
    }
  }
}
