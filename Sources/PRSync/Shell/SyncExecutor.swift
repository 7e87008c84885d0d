// SPDX-License-Identifier: Apache-2.0
import Dispatch

/// Runs the tasks of a copy on a queue of their own.
///
/// The cooperative pool has one thread a core, and serves its jobs in the order in which they come. The status page uses
/// it too: on a machine of one core, each step of a pull would wait for as many pages as there are connections.
/// docs/decisions/0039-a-queue-for-the-copy.md has the figures.
final class SyncExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "headwater.sync")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
