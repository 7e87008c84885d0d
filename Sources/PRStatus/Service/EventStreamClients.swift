// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRStore
import Synchronization

/// The clients that keep the page open: each is sent what has changed, once a second, and sooner when rows have come.
final class EventStreamClients: Sendable {
  private let observer: StatusCollector
  private let limit: Int
  private let count = Atomic(0)
  private let isOver = Atomic(false)

  private static let period = Duration.seconds(1)
  /// However many rows come, there are not more looks than this.
  private static let least = Duration.milliseconds(350)

  init(_ observer: StatusCollector, limit: Int) {
    self.observer = observer
    self.limit = limit
  }

  /// Takes a place.
  ///
  /// - Returns: false when there is none.
  func enter() -> Bool {
    guard count.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
      leave()
      return false
    }
    return true
  }

  func leave() { count.wrappingSubtract(1, ordering: .relaxed) }

  /// No client is sent anything any more.
  func end() { isOver.store(true, ordering: .relaxed) }

  /// Sends to one viewer until it goes away.
  func serve(_ send: (ByteBuffer) async throws -> Void) async throws {
    let store = observer.facts.node.store
    var shown: [String: HTML] = [:]
    try await send(ByteBuffer(string: "retry: 2000\n\n"))
    while !isOver.load(ordering: .relaxed), !Task.isCancelled {
      // Before the look: a row that comes between the two is not missed.
      let (news, teller) = AsyncStream<Void>.makeStream()
      let ticket = store.waitForRows { teller.finish() }
      defer { store.stopWaiting(ticket) }
      let begin = ContinuousClock.now
      var changed: [String: String] = [:]
      for (name, html) in Sections(report: await observer.look(after: begin).report).all where shown[name] != html {
        shown[name] = html
        changed[name] = html.text
      }
      // An empty line shows whether the connection is still read.
      try await send(ByteBuffer(string: changed.isEmpty ? ": \n\n" : "data: \(Self.json(changed))\n\n"))
      // Not in vain: it ends with the second that it waits.
      let clock = Task {
        try? await Task.sleep(for: Self.period)
        teller.finish()
      }
      for await _ in news {}
      clock.cancel()
      let rest = Self.least - (.now - begin)
      if rest > .zero { try? await Task.sleep(for: rest) }  // a cancelled wait is noticed by the loop
    }
  }

  /// On one line, as an event wants it.
  private static func json(_ parts: [String: String]) -> String {
    (try? StatusJSON.line(parts)) ?? "{}"
  }
}
