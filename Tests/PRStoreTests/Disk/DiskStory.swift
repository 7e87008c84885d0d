// SPDX-License-Identifier: Apache-2.0
import PRRevision
import StoreCheck
import TestDisk
import TestSeed
import TestStore

@testable import PRStore
@testable import PRStoreSQLite

/// A store on a disk that fails and loses power, with clients that ask at random. It is opened by the code that ships, and one
/// thread does all of its work in an order that follows from the seed.
final class DiskStory {
  let plan: StoryPlan
  let disk: SimulatedDisk
  let record: StoryRecord
  let path: String
  var numbers: SeededNumbers
  var options: StoreOptions
  private(set) var process: StoreProcess?
  /// Where a follower of the feed is.
  var follower: FeedPosition?
  /// What a backup has that was made, at least.
  var backup: AnswerBook?
  /// A file was frozen, and no later attempt has touched it.
  var isFrozen = false
  /// The power, or the process, is to go.
  private var isKill = false
  private var isClosing = false

  init(_ seed: Seed, _ plan: StoryPlan = StoryPlan()) {
    self.plan = plan
    numbers = seed.numbers
    disk = SimulatedDisk(seed)
    record = StoryRecord(disk)
    path = disk.databases + "/pr.sqlite3"
    options = StoreOptions(path: path, durability: plan.durability, guardsValues: true)
    options.logPages = [8, 32, 4096][number(below: 3)]
    options.stretchesLog = options.logPages < 4096 && chance(1, of: 2)
    options.writerCache = chance(1, of: 4) ? 16 : 2048
    options.readerCache = 64
    options.turnCache = 64
    disk.setSectorSize(chance(1, of: 2) ? 512 : 4096)
    disk.setLies(plan.lies)
  }

  func number(below bound: Int) -> Int { Int(clamping: numbers.next() % UInt64(clamping: bound)) }

  func chance(_ few: Int, of many: Int) -> Bool { number(below: many) < few }

  /// - Returns: what was wrong, the first thing first.
  @discardableResult
  func run() -> [String] {
    if chance(1, of: 4) { threaten(within: [20, 40, 120][number(below: 3)]) }
    while record.figures.requests < plan.requests, record.faults.isEmpty {
      actOnce()
      if isClosing { close() }
      if !disk.hasPower { crash() }
    }
    end()
    return record.faults
  }

  private func actOnce() {
    guard let process = openedProcess() else { return }
    switch number(below: 40) {
    case 0..<16: ask(process, count: 1 + number(below: 8))
    case 16..<20: readCurrent(process)
    case 20..<22: raise(process)
    case 22..<24: take(process)
    case 24..<27: copyPage(process)
    case 27: copyAnew(process)
    case 28..<30: follow(process)
    case 30..<33: pass(process)
    case 33: back(process)
    case 34: freeze(process)
    case 35: isClosing = true
    case 36..<38: threaten(within: 60)
    case 38: endNow()
    default: worsen(process)
    }
  }

  // MARK: Processes

  private func openedProcess() -> StoreProcess? {
    if let process { return process }
    do throws(StoreError) {
      let opened = try StoreProcess(options, on: disk, Seed(numbers.next()))
      process = opened
      record.count { $0.openings += 1 }
      record.note("opened after \(disk.callCount) calls")
      let mayBeUnread = disk.isDisturbed && opened.report.loss == .unreadable
      if opened.report.loss != nil, !mayBeUnread {
        record.fault("the mark reports a loss: \(String(describing: opened.report.loss))")
      }
      if disk.hasPower { record.change { $0.identity = $0.identity ?? opened.store.identity } }
      if disk.isDisturbed || !disk.hasPower { return disk.hasPower ? opened : nil }
      check()
      return opened
    } catch {
      refuseOpening(error)
      return nil
    }
  }

  private func refuseOpening(_ error: StoreError) {
    guard disk.hasPower else { return crash() }
    record.refuse(error, "opening")
    if disk.openCount > 0 { record.fault("an opening that failed has left \(disk.openCount) files open") }
    disk.mend()
  }

  /// The power or the process goes at one of the next calls.
  private func threaten(within calls: Int) {
    isKill = chance(1, of: 3)
    let call = 1 + number(below: calls)
    record.note("\(isKill ? "kill" : "power loss") in \(call) calls")
    disk.losePower(during: call)
  }

  private func endNow() {
    isKill = chance(1, of: 3)
    disk.losePower()
  }

  /// Nothing is left of the process, and the disk has what it has.
  func crash() {
    disk.losePower()
    process?.time.run()
    leave()
    record.note(isKill ? "killed" : "power lost")
    let isKill = isKill
    record.count { figures in
      if isKill { figures.kills += 1 } else { figures.powerLosses += 1 }
    }
    if isKill { disk.killProcesses() } else { disk.restart() }
    self.isKill = false
    record.isDisturbed = false
  }

  private func leave() {
    process = nil
    if disk.openCount > 0 { record.fault("\(disk.openCount) files were left open") }
  }

  private func close() {
    isClosing = false
    process?.time.run()
    process?.store.close()
    process?.time.run()
    record.note("closed")
    leave()
    if !disk.hasPower { crash() }
  }

  /// The disk fails for a while.
  private func worsen(_ process: StoreProcess) {
    switch number(below: 4) {
    case 0: disk.setWeather(.full)
    case 1: disk.setWeather(.readOnly)
    case 2: disk.setWeather(.failing(oneIn: UInt64(clamping: 2 + number(below: 40))))
    default:
      let call = 1 + number(below: 40)
      disk.fail(call, with: FileError(chance(1, of: 3) ? 28 : 5))
    }
    record.note("the disk fails after \(disk.callCount) calls")
    record.isDisturbed = true
    for _ in 0...number(below: 4) where disk.hasPower {
      switch number(below: 6) {
      case 0..<3: ask(process, count: 1 + number(below: 4))
      case 3: readCurrent(process)
      case 4: pass(process)
      default: copyPage(process)
      }
    }
    if chance(1, of: 4) { return endNow() }
    disk.mend()
    record.note("the disk is mended")
    recover(process)
  }

  /// A store goes on when its disk does. What a failed sync has left is reported once to each connection.
  private func recover(_ process: StoreProcess) {
    for _ in 0..<4 where disk.hasPower {
      pass(process)
      ask(process, count: 1)
    }
    guard disk.hasPower else { return }
    record.isDisturbed = false
    ask(process, count: 1)
    check()
  }

  // MARK: The end

  private func end() {
    guard record.faults.isEmpty else {
      disk.mend()
      process?.time.run()
      process = nil
      return
    }
    disk.mend()
    if disk.hasPower, chance(1, of: 2) { close() } else { crash() }
    disk.mend()
    while record.faults.isEmpty, process == nil { _ = openedProcess() }
    if record.faults.isEmpty { audit() }
    if record.faults.isEmpty { close() }
    process = nil
    record.count { $0.calls = disk.callCount }
  }
}
