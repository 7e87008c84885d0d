// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire
import TestSeed
import Testing

@testable import PRServer

@Suite("Random events for a session")
struct SessionSequenceTests {
  @Test(
    "replies keep the order of requests, limits hold, timers end, and nothing is written after the close",
    arguments: Seed.several(200))
  func events(seed: Seed) {
    var world = SessionWorld(seed, idle: seed.number.isMultiple(of: 2) ? nil : .seconds(20))
    world.connect()
    for _ in 0..<400 { world.act() }
    world.quiet()
    world.checkQuiet()
    world.end()
    #expect(world.isCloseAsked || world.isDisconnected, "a session ends when its server stops; \(seed)")
    world.disconnect()
    #expect(world.timers.isEmpty, "\(seed): \(world.timers.keys)")
  }

  @Test("a client that keeps the rules gets all of its replies before the connection ends", arguments: Seed.several(99))
  func good(seed: Seed) {
    var world = SessionWorld(seed, idle: nil)
    world.connect()
    world.doPagesFail = false
    world.inbox = [.header] + (0..<60).map { _ in world.goodLine() }
    for _ in 0..<2000 { world.actOfServer() }
    world.quiet()
    for _ in 0..<200 {
      world.receive()
      world.quiet()
    }
    world.checkQuiet()
    #expect(world.taken == 60 && world.inbox.isEmpty, "\(seed)")
    world.closeInput()
    world.quiet()
    #expect(world.written == Array(0..<60) && world.isCloseAsked, "\(seed)")
  }
}

extension SessionWorld {
  mutating func act() {
    switch Int.random(in: 0..<200, using: &numbers) {
    case 0: closeInput()
    case 1: drain()
    case 2 where chance(3): disconnect()
    case 3 where chance(3): breakConnection()
    case 4: inbox.append([.goodbye, .broken, .streamBegin].randomElement(using: &numbers) ?? .goodbye)
    case 5..<60: if !isInputClosed, inbox.count < 30 { inbox.append(anyLine()) }
    case 60..<75: passTime(.milliseconds(Int.random(in: 0..<2000, using: &numbers)))
    default: actOfServer()
    }
  }

  /// What the machine, the node and the other sessions do.
  mutating func actOfServer() {
    switch Int.random(in: 0..<12, using: &numbers) {
    case 0..<3: receive()
    case 3..<5: reply()
    case 5..<7: readPage()
    case 7: look()
    case 8: turnWritable()
    case 9: if chance(3) { isCrowded = true } else { freeRoom() }
    case 10: flushPlanned()
    default: if let rest = timers[.page] { passTime(now.duration(to: rest)) }
    }
  }

  private mutating func anyLine() -> Line {
    if state.phase == .handshaking, chance(2) { return .header }
    return chance(10) ? (chance(2) ? .streamBegin : .streamEnd) : goodLine()
  }

  mutating func goodLine() -> Line {
    switch Int.random(in: 0..<12, using: &numbers) {
    case 0..<4: .known
    case 4..<8: .request(.testPR(SessionScript.tuple, .none))
    case 8: .request(.ping)
    case 9: .request(.isReadonly)
    case 10: .request(.export(ExportQuery()))
    default: .request(.changes(ChangesQuery(limit: 9, wait: Int.random(in: 0..<40, using: &numbers))))
    }
  }

  /// The server stops, and the client stays where it is.
  mutating func end() {
    drain()
    quiet()
    for _ in 0..<100 where !isCloseAsked { passTime(.seconds(100)) }
  }
}
