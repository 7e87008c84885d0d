// SPDX-License-Identifier: Apache-2.0

/// One event after the other.
extension SessionHandler {
  /// All actions of an event are carried out before the next one is handled: an action may cause an event at once, and the
  /// state decides as if all of its actions had been carried out.
  func handle(_ event: SessionState.Event) {
    guard !isHandling else { return events.append(event) }
    isHandling = true
    // What the lines of the last read have caused comes first.
    if events.isEmpty { handleNow(event) } else { events.append(event) }
    handleEvents()
  }

  /// The socket has taken what was written.
  func handleSent() {
    state.flight.sent()
    guard !isHandling else { return }
    isHandling = true
    handleEvents()
  }

  /// An event among the actions of another one, or among lines: there none of its actions can cause another one at once.
  @inline(never)
  func handleNow(_ event: SessionState.Event) { perform(state.handle(event, at: moment)) }

  func handleEvents() {
    while true {
      while !events.isEmpty { handleNow(events.removeFirst()) }
      count()
      // The fields alone are looked at first: nearly always that is all.
      guard state.areLinesLeft || state.isReadHeld,
        state.mustSettle(behind: out.readableBytes, isCrowded: desk.flight.isCrowded)
      else { break }
      handleNow(.settled)
    }
    isHandling = false
  }

  private var moment: SessionState.Moment {
    SessionState.Moment(
      now: desk.now, unflushed: out.readableBytes, isCrowded: desk.flight.isCrowded, answers: desk.answers)
  }

  /// Counts what the session holds now.
  private func count() {
    guard context != nil else { return }
    let more = state.settle(framer.pendingBytes + assembler.pendingBytes + out.readableBytes)
    if more != 0 { desk.flight.add(more) }
  }
}
