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

/// Events in the order of their times, and of their coming where the times are equal.
struct EventHeap {
  /// `@unchecked Sendable`: a simulation has one thread.
  final class Event: @unchecked Sendable {
    fileprivate var body: (() -> Void)?

    init(_ body: @escaping () -> Void) { self.body = body }

    func cancel() { body = nil }
  }

  /// Without a reference, as it is moved often.
  private struct Entry {
    let time: NIODeadline
    let number: UInt64
    let slot: Int

    func isBefore(_ other: Entry) -> Bool {
      time == other.time ? number < other.number : time < other.time
    }
  }

  private var entries: [Entry] = []
  private var added: UInt64 = 0
  private var events: [Event?] = []
  private var freeSlots: [Int] = []

  mutating func add(at time: NIODeadline, _ event: Event) {
    added += 1
    let slot = place(event)
    let entry = Entry(time: time, number: added, slot: slot)
    entries.append(entry)
    var child = entries.count - 1
    while child > 0, entry.isBefore(entries[(child - 1) / 2]) {
      entries[child] = entries[(child - 1) / 2]
      child = (child - 1) / 2
    }
    entries[child] = entry
  }

  /// Takes the first event out. Those that were cancelled are dropped.
  mutating func next(until end: NIODeadline) -> (time: NIODeadline, body: () -> Void)? {
    while let first = entries.first {
      guard let body = events[first.slot]?.body else {
        removeFirst()
        continue
      }
      guard first.time <= end else { return nil }
      removeFirst()
      return (first.time, body)
    }
    return nil
  }

  private mutating func place(_ event: Event) -> Int {
    guard let slot = freeSlots.popLast() else {
      events.append(event)
      return events.count - 1
    }
    events[slot] = event
    return slot
  }

  private mutating func removeFirst() {
    events[entries[0].slot] = nil
    freeSlots.append(entries[0].slot)
    let last = entries.removeLast()
    guard !entries.isEmpty else { return }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1].isBefore(entries[child]) { child += 1 }
      guard entries[child].isBefore(last) else { break }
      entries[parent] = entries[child]
      parent = child
    }
    entries[parent] = last
  }
}
