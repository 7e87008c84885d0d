// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire
import Testing

@testable import PRServer

/// What happens to a session.
extension SessionWorld {
  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &numbers) == 0 }

  mutating func connect() {
    handle(.connected)
    read()
  }

  /// The event loop asks to read.
  mutating func read() {
    guard !isReadGranted, !isDisconnected else { return }
    if state.hasRoom(behind: unflushed, isCrowded: isCrowded) { isReadGranted = true } else { handle(.readWanted) }
  }

  /// Some of what the client has sent comes.
  mutating func receive() {
    guard isReadGranted, !inbox.isEmpty, !isDisconnected else { return }
    isReadGranted = false
    let count = Int.random(in: 1...inbox.count, using: &numbers)
    if state.phase.takesLines {
      lines += inbox.prefix(count)
      takeLines()
    }
    inbox.removeFirst(count)
    if state.isAtRest {
      if unflushed > 0 { flush() }
      handleEvents()
    } else {
      handle(.readCompleted)
    }
    read()
  }

  mutating func closeInput() {
    guard !isInputClosed, inbox.isEmpty, !isDisconnected else { return }
    isInputClosed = true
    handle(.inputClosed)
  }

  mutating func drain() {
    isDrained = true
    handle(.drain)
  }

  mutating func disconnect() {
    guard !isDisconnected else { return }
    isDisconnected = true
    handle(.disconnected)
  }

  mutating func breakConnection() { handle(.failed) }

  mutating func turnWritable() {
    guard !isWritable, !isDisconnected else { return }
    isWritable = true
    handle(.writable(true))
  }

  mutating func reply() {
    guard let index = asked.indices.randomElement(using: &numbers) else { return }
    let (ticket, number) = asked.remove(at: index)
    handle(.replied(ticket, .response(.value("\(number)"))))
  }

  mutating func readPage() {
    guard isPageWanted else { return }
    isPageWanted = false
    guard doPagesFail, chance(12) else { return handle(.pageRead) }
    if !hasExportBegun || isCloseAsked { exporting = nil }
    handle(.pageFailed(hasBegun: hasExportBegun, .error("no page")))
  }

  /// Looks of the board come while the `changes` is held, too.
  mutating func look() {
    if case .held = state.poll {} else { guard looks > 0 else { return } }
    looks = max(looks - 1, 0)
    handle(.looked(hasNews: chance(3)))
  }

  mutating func freeRoom() {
    isCrowded = false
    guard isRoomAwaited else { return }
    isRoomAwaited = false
    handle(.roomCame)
  }

  mutating func flushPlanned() {
    guard isFlushPlanned else { return }
    isFlushPlanned = false
    handle(.flushDue)
  }

  /// Time passes up to the next timer at most, which fires then.
  mutating func passTime(_ time: Duration) {
    let later = now + time
    let next = timers.min { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }
    guard let next, next.value <= later else {
      now = later
      return
    }
    now = max(now, next.value)
    timers[next.key] = nil
    handle(.fired(next.key))
  }

  /// All that is under way ends, and the client sends nothing.
  mutating func quiet() {
    for _ in 0..<300 {
      turnWritable()
      freeRoom()
      flushPlanned()
      reply()
      readPage()
      if looks > 0 { look() }
      if let rest = timers[.page] ?? timers[.poll] { passTime(now.duration(to: rest)) }
    }
  }
}
