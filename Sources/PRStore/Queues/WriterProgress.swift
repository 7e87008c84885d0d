// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What the writer was doing at some moment, for a watchdog.
package struct WriterProgress: Hashable, Sendable {
  /// It has decisions to write.
  var isBusy: Bool
  /// How often it has begun a transaction, or tried to.
  var attempts: Int

  /// Whether it has worked on one transaction since an earlier moment. A writer that waits for the lock of another
  /// process tries again and again, and is not stuck.
  package func isStuck(since earlier: WriterProgress) -> Bool { isBusy && self == earlier }
}

/// What the writer notes of its progress.
final class WriterPulse: Sendable {
  private let isBusy = Atomic(false)
  private let attempts = Atomic(0)

  func begin() { isBusy.store(true, ordering: .releasing) }

  func attempt() { attempts.wrappingAdd(1, ordering: .releasing) }

  func end() {
    attempts.wrappingAdd(1, ordering: .releasing)
    isBusy.store(false, ordering: .releasing)
  }

  var progress: WriterProgress {
    WriterProgress(isBusy: isBusy.load(ordering: .acquiring), attempts: attempts.load(ordering: .acquiring))
  }
}
