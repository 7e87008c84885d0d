// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestDisk
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// The rows are in SQLite's files on the machine's disk, and the mark is on the simulated one.
@Suite("The mark of a store on a disk that fails", .ownThreads)
struct MarkOnDiskTests {
  private let folder: TemporaryFolder
  private let disk: SimulatedDisk
  private let time: VirtualTime
  private let store: Store
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    disk = SimulatedDisk(Seed(1))
    disk.makeFolder(folder.path)
    time = VirtualTime(Seed(1))
    store = try Store.open(StoreOptions(path: path, durability: .normal), in: Self.environment(time, disk)).store
  }

  private static func environment(_ time: VirtualTime, _ disk: SimulatedDisk) -> StoreEnvironment {
    var environment = time.environment
    environment.files = disk
    return environment
  }

  private func count(_ number: Int) {
    store.write { context throws(StoreError) in
      try context.count(.checksum("c\(number)"))
    } done: { _ in
    }
    time.run()
  }

  /// Lets the time pass in which a mark is written.
  private func writeMark() { time.pass(.milliseconds(700)) }

  private var serialOfMark: Int64? {
    guard case .mark(let mark) = MarkFile(of: path, in: Self.environment(time, disk)).read() else { return nil }
    return mark.last.serial
  }

  @Test("an error at any call is a trouble of the store, and the mark is written the next time")
  func errors() throws {
    count(0)
    writeMark()
    #expect(serialOfMark == 1)
    count(1)
    let start = disk.calls.count
    writeMark()
    let calls = disk.calls.count - start
    #expect(serialOfMark == 2)
    var troubled = 0
    for call in 1...calls {
      count(call + 1)
      disk.fail(call, with: .failing)
      writeMark()
      disk.mend()
      let troubles = store.troubles.map(\.text)
      if !troubles.isEmpty { troubled += 1 }
      #expect(troubles.allSatisfy { $0.contains(path + ".mark") && $0.contains("kernel's log") }, "\(troubles)")
      writeMark()
      #expect(store.troubles.isEmpty && serialOfMark == Int64(call) + 2 && disk.openCount == 0, "\(call)")
    }
    #expect(troubled >= 7, "its creation, write, sync and close, its rename, and its folder's opening and sync")
  }

  @Test("a power loss leaves a mark that the database fits", arguments: Seed.several(8))
  func powerLoss(seed: Seed) throws {
    for call in 1...30 {
      let disk = SimulatedDisk(seed)
      disk.makeFolder(folder.path)
      let path = folder.file("\(call).sqlite3")
      let environment = Self.environment(time, disk)
      let options = StoreOptions(path: path)
      do {
        let store = try Store.open(options, in: environment).store
        for number in 0..<3 {
          if number == 2 { disk.losePower(during: call) }
          store.write { context throws(StoreError) in
            try context.count(.checksum("c\(number)"))
          } done: { _ in
          }
          writeMark()
        }
      }
      disk.restart()
      let report = try Store.open(options, in: environment).report
      #expect(report.loss == nil, "\(call); \(seed)")
      guard case .mark(let mark) = MarkFile(of: path, in: environment).read() else {
        Issue.record("\(call): no mark; \(seed)")
        continue
      }
      #expect((2...3).contains(mark.last.serial), "\(call); \(seed)")
    }
  }
}
