// SPDX-License-Identifier: Apache-2.0
import Dispatch
import NIOCore

/// The one thread of a simulation, in virtual time: what is scheduled runs in the order of its times, and of its coming
/// where the times are equal. The clock jumps to the next event.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
package final class SimulatedLoop: EventLoop, @unchecked Sendable {
  fileprivate var events = EventHeap()
  private var virtualNow = NIODeadline.uptimeNanoseconds(1)
  /// How many events have run.
  private(set) package var steps = 0

  package init() {}

  package var now: NIODeadline { virtualNow }

  package var inEventLoop: Bool { true }

  package func execute(_ task: @escaping @Sendable () -> Void) { events.add(at: virtualNow, EventHeap.Event(task)) }

  /// As `execute`, later. It cannot be cancelled, and costs no promise.
  package func after(_ time: Duration, _ body: @escaping () -> Void) {
    events.add(at: virtualNow + TimeAmount(time), EventHeap.Event(body))
  }

  package func scheduleTask<T>(
    deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T
  ) -> Scheduled<T> {
    let promise = makePromise(of: T.self)
    let event = EventHeap.Event {
      do {
        promise.assumeIsolated().succeed(try task())
      } catch {
        promise.fail(error)
      }
    }
    events.add(at: max(deadline, virtualNow), event)
    return Scheduled(promise: promise) { event.cancel() }
  }

  package func scheduleTask<T>(in time: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
    scheduleTask(deadline: virtualNow + time, task)
  }

  package func preconditionInEventLoop(file: StaticString, line: UInt) {}

  package func _preconditionSafeToWait(file: StaticString, line: UInt) {}

  package func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
    preconditionFailure("a simulation ends with its world")
  }

  /// Runs what falls due up to a time, or until there is nothing left.
  package func run(until end: NIODeadline = .distantFuture, while condition: () -> Bool = { true }) {
    while condition(), let event = events.next(until: end) {
      virtualNow = max(virtualNow, event.time)
      steps += 1
      event.body()
    }
    if end != .distantFuture, condition() { virtualNow = max(virtualNow, end) }
  }
}

extension SimulatedLoop {
  /// Lets what is left come to its end, and forgets the rest, with all that it holds.
  func end() {
    let last = steps + 1_000_000
    run(until: now + .hours(24), while: { steps < last })
    events = EventHeap()
  }
}

/// Events in the order of their times.
struct EventHeap {
  final class Event {
    fileprivate var body: (() -> Void)?

    init(_ body: @escaping () -> Void) { self.body = body }

    func cancel() { body = nil }
  }

  private struct Entry {
    let time: NIODeadline
    let number: UInt64
    let event: Event

    func isBefore(_ other: Entry) -> Bool {
      time == other.time ? number < other.number : time < other.time
    }
  }

  private var entries: [Entry] = []
  private var added: UInt64 = 0

  mutating func add(at time: NIODeadline, _ event: Event) {
    added += 1
    entries.append(Entry(time: time, number: added, event: event))
    var child = entries.count - 1
    while child > 0, entries[child].isBefore(entries[(child - 1) / 2]) {
      entries.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes the first event out. Those that were cancelled are dropped.
  mutating func next(until end: NIODeadline) -> (time: NIODeadline, body: () -> Void)? {
    while let first = entries.first {
      guard first.event.body == nil || first.time <= end else { return nil }
      removeFirst()
      if let body = first.event.body { return (first.time, body) }
    }
    return nil
  }

  private mutating func removeFirst() {
    entries.swapAt(0, entries.count - 1)
    entries.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
        if entries[child].isBefore(entries[least]) { least = child }
      }
      guard least != parent else { return }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
