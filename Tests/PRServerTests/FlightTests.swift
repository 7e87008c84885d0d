// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestSeed
import Testing

@testable import PRServer

@Suite("Bytes in flight")
struct FlightTests {
  @Test("what connections hold and what was counted are the same, whatever they hold when", arguments: Seed.several(4))
  func counts(seed: Seed) {
    var numbers = seed.numbers
    let ledger = FlightLedger(ceiling: 1000)
    var sessions = [SessionFlight](repeating: SessionFlight(), count: 5)
    var held = [Int](repeating: 0, count: 5)
    for _ in 0..<1000 {
      let index = Int.random(in: 0..<5, using: &numbers)
      switch Int.random(in: 0..<3, using: &numbers) {
      case 0: held[index] = Int.random(in: 0...500, using: &numbers)
      case 1: _ = sessions[index].found(unsent: Int.random(in: 0...500, using: &numbers))
      default: sessions[index].sent()
      }
      ledger.add(sessions[index].settle(held[index]))
      #expect(ledger.bytes == sessions.reduce(0) { $0 + $1.counted }, "\(seed)")
      #expect(sessions[index].counted == held[index] + sessions[index].unsent, "\(seed)")
      #expect(ledger.isCrowded == (ledger.bytes > 1000), "\(seed)")
    }
  }

  /// How often something was called.
  private final class Calls: Sendable {
    private let number = Atomic(0)
    func note() { number.wrappingAdd(1, ordering: .relaxed) }
    var count: Int { number.load(ordering: .relaxed) }
  }

  @Test("what waits for room goes on when there is some, once, and at once where there is some already")
  func room() {
    let (ledger, calls) = (FlightLedger(ceiling: 100), Calls())
    ledger.add(150)
    for _ in 0..<3 { ledger.whenThereIsRoom { calls.note() } }
    ledger.add(-10)
    #expect(calls.count == 0)
    ledger.add(-40)
    #expect(calls.count == 3 && !ledger.isCrowded)
    ledger.add(-100)
    #expect(calls.count == 3)
    ledger.whenThereIsRoom { calls.note() }
    #expect(calls.count == 4)
  }

  @Test("the socket is looked at after so many bytes and while it takes none, and watched once until it has taken all")
  func looks() {
    var flight = SessionFlight()
    let small = SessionFlight.lookAfter / 4
    for _ in 0..<3 { #expect(flight.mustLook(afterWriting: small, isWritable: true) == false) }
    #expect(flight.mustLook(afterWriting: small, isWritable: true) == true)
    #expect(flight.found(unsent: 0) == false)
    #expect(flight.mustLook(afterWriting: small, isWritable: true) == false)
    #expect(flight.mustLook(afterWriting: 1, isWritable: false) == true)
    #expect(flight.found(unsent: 70_000) == true)
    #expect(flight.unsent == 70_000)
    #expect(flight.mustLook(afterWriting: 1, isWritable: true) == true, "while it is watched, each write is looked at")
    #expect(flight.found(unsent: 80_000) == false, "one watch at a time")
    flight.sent()
    #expect(flight.unsent == 0)
    #expect(flight.mustLook(afterWriting: 0, isWritable: true) == true)
    #expect(flight.settle(SessionFlight.small + 1) > 0)
    #expect(flight.isLarge)
    #expect(flight.settle(0) < 0)
    #expect(!flight.isLarge)
  }
}
