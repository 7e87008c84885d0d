// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import PRRevision

/// A dispatch queue.
struct SystemQueue: SerialQueue {
  private let queue: DispatchQueue

  init(_ thread: StoreThread) {
    queue = DispatchQueue(label: "headwater.store.\(thread.rawValue)", qos: thread.qos)
  }

  func async(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

  func sync<Value>(_ work: () -> Value) -> Value { queue.sync(execute: work) }

  func linger(for time: Duration, until hasWork: () -> Bool) {
    let end = ContinuousClock.now + time
    while !hasWork(), ContinuousClock.now < end { sched_yield() }
  }
}

extension StoreThread {
  fileprivate var qos: DispatchQoS {
    switch self {
    case .writer, .reader: .userInitiated
    case .externalChanges: .default
    case .checkpoint, .mark, .diagnostics: .utility
    }
  }
}

extension StoreClock {
  static let system = StoreClock(
    now: { .now },
    schedule: { delay, body in
      DispatchQueue.global(qos: .utility).asyncAfter(
        deadline: .now() + .nanoseconds(Int(clamping: delay.wholeNanoseconds)), execute: body)
    })
}
