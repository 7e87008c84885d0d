// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import PRStore

/// Threads of programs that wait, as one for the reply of a server, while the world goes on. One thread runs at a time: the world's, or
/// one of these until it waits. So the same seed gives the same run.
///
/// `@unchecked Sendable`: the semaphores pass the turn from one thread to another.
final class SimulatedThreads: @unchecked Sendable {
  private unowned let world: World
  private var running: Member?
  private var idle: [Member] = []

  init(_ world: World) { self.world = world }

  deinit {
    for member in idle { member.end() }
  }

  /// Has work done by a thread of its own, which begins at once. To be called by the world's thread.
  ///
  /// - Parameter done: is called when the work is done, by the thread of the work.
  func run(_ work: @escaping () -> Void, done: @escaping () -> Void = {}) {
    let member = idle.popLast() ?? Member()
    member.work = { [self] in
      work()
      done()
      idle.append(member)
    }
    resume(member)
  }

  /// Keeps the thread waiting, and lets the world go on meanwhile.
  ///
  /// - Parameter signal: ends the wait before its time.
  func wait(for signal: SimulatedSignal? = nil, until time: Duration) {
    guard let member = running else { preconditionFailure("the thread of the world cannot wait") }
    var isOver = false
    let goOn = { [self] in
      guard !isOver else { return }
      isOver = true
      resume(member)
    }
    signal?.wake = { [world] in world.loop.after(.zero, goOn) }
    world.loop.after(max(time - world.time, .zero), goOn)
    running = nil
    member.yield()
    signal?.wake = nil
  }

  private func resume(_ member: Member) {
    precondition(running == nil, "one thread runs at a time")
    running = member
    member.go()
    running = nil
  }

  /// `@unchecked Sendable`: the semaphores pass the turn.
  private final class Member: @unchecked Sendable {
    var work: (() -> Void)?
    private let turn = DispatchSemaphore(value: 0)
    private let back = DispatchSemaphore(value: 0)
    private var isStarted = false

    /// Returns when the thread waits or has done its work.
    func go() {
      if !isStarted {
        isStarted = true
        let thread = Thread { self.main() }
        thread.stackSize = 1 << 20
        thread.start()
      }
      turn.signal()
      back.wait()
    }

    /// Passes the turn back, and returns when it comes again.
    func yield() {
      back.signal()
      turn.wait()
    }

    func end() { turn.signal() }

    private func main() {
      turn.wait()
      while perform() {
        back.signal()
        turn.wait()
      }
    }

    /// In a function of its own: an idle thread holds nothing of its work.
    ///
    /// - Returns: whether there was work.
    private func perform() -> Bool {
      guard let work else { return false }
      self.work = nil
      work()
      return true
    }
  }
}

/// What a thread waits for. One at a time does.
final class SimulatedSignal {
  fileprivate var wake: (() -> Void)?

  func set() { wake?() }
}

/// A queue whose work may wait.
///
/// `@unchecked Sendable`: one thread runs at a time.
final class WaitingQueue: SerialQueue, @unchecked Sendable {
  private let world: World
  private let takes: ClosedRange<Duration>
  private var works: [@Sendable () -> Void] = []
  private var isBusy = false

  /// - Parameter takes: how long it takes until work begins, at least and at most.
  init(_ world: World, takes: ClosedRange<Duration>) {
    self.world = world
    self.takes = takes
  }

  func async(_ work: @escaping @Sendable () -> Void) {
    works.append(work)
    guard !isBusy else { return }
    isBusy = true
    begin()
  }

  private func begin() {
    world.loop.after(world.random.time(takes)) { [self] in
      world.threads.run(works.removeFirst()) { [self] in
        isBusy = !works.isEmpty
        if isBusy { begin() }
      }
    }
  }

  /// Only work that does not wait.
  func sync<Value>(_ work: () -> Value) -> Value { work() }

  func linger(for time: Duration, until hasWork: () -> Bool) {}
}
