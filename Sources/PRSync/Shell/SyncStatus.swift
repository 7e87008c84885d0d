// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRWire
import Synchronization

/// The state of the copy, for the status page and the log.
final class SyncStatus: Sendable {
  private let state = Mutex(State())
  private let now: @Sendable () -> ContinuousClock.Instant

  init(now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

  private struct State {
    var health = SyncHealth()
    var hasWorked = false
    var hasPassedOver = false
    var originsPutOffAt: ContinuousClock.Instant?
    var failure = CopyFailure()
  }

  var health: SyncHealth { state.withLock { $0.health } }

  /// Something was pulled over the latest connection.
  var hasWorked: Bool { state.withLock { $0.hasWorked } }

  /// As far as an earlier process has come. Whether that was all, the upstream must tell.
  func resumes(at position: FeedPosition?) { state.withLock { $0.health.position = position } }

  func begins() { state.withLock { $0.hasWorked = false } }

  /// Rows were not copied.
  ///
  /// - Returns: whether it is the first time.
  func passedOver() -> Bool {
    state.withLock { state in
      defer { state.hasPassedOver = true }
      return !state.hasPassedOver
    }
  }

  /// The pass for origins was put off, over this connection or another.
  ///
  /// - Returns: whether it is the first time for as long as it is put off.
  func originsPutOff() -> Bool {
    let now = now()
    return state.withLock { state in
      if let last = state.originsPutOffAt, now - last < OriginPass.penalty { return false }
      state.originsPutOffAt = now
      return true
    }
  }

  func connected(to server: Endpoint) { state.withLock { $0.health.upstream = server } }

  /// Something was pulled. That a connection stands says little: what failed may fail again.
  ///
  /// - Returns: whether nothing could be before.
  func worked() -> Bool {
    state.withLock { state in
      state.hasWorked = true
      state.failure.worked()
      defer { state.health.problem = nil }
      return state.health.problem != nil
    }
  }

  /// - Returns: whether the reason is another than the last.
  func failed(_ reason: String) -> Bool {
    state.withLock { state in
      defer { state.health.problem = reason }
      return state.health.problem != reason
    }
  }

  /// - Returns: whether the copy has failed for so long that an operator should see it.
  func lasts(isConnection: Bool) -> Bool {
    state.withLock { $0.failure.failed(isConnection: isConnection, at: now()) }
  }

  func applied(news: Int) { state.withLock { $0.health.news += news } }

  /// The copy holds all that there is.
  func arrived(at position: FeedPosition?) {
    state.withLock { state in
      state.health.position = position
      state.health.currentAt = now()
      state.failure.arrived()
    }
  }
}
