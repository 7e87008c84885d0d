// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Runs each job on a thread that no other job uses meanwhile; threads that have nothing to do are used again.
final class ThreadExecutor: TaskExecutor {
  static let shared = ThreadExecutor()

  private let state = Mutex(State())
  private let hasJobs = DispatchSemaphore(value: 0)

  private struct State {
    var jobs: [UnownedJob] = []
    /// Threads that wait for a job, less the jobs that wait for a thread.
    var idle = 0
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let needsThread = state.withLock { state in
      state.jobs.append(job)
      guard state.idle == 0 else {
        state.idle -= 1
        return false
      }
      return true
    }
    if needsThread { Thread.detachNewThread { self.work() } }
    hasJobs.signal()
  }

  private func work() {
    while true {
      hasJobs.wait()
      let job = state.withLock { $0.jobs.removeFirst() }
      job.runSynchronously(on: asUnownedTaskExecutor())
      state.withLock { $0.idle += 1 }
    }
  }
}
