// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Has packages indexed for which decisions wait: one slice in a transaction, the packages in turn. Other decisions are
/// made in between.
final class SettlingDesk: Sendable {
  private let state = Mutex(State())

  private struct State {
    /// In the order of their turns.
    var packages: [UnsettledPackage] = []
    var waiting: [UnsettledPackage: [Waiter]] = [:]
    /// A slice is under way, or its outcome is being passed on. Only one is at any time.
    var isRunning = false
  }

  /// Called with nil once the package is settled, else with why it could not be.
  typealias Waiter = @Sendable (StoreError?) -> Void

  /// Calls `done` once a package is settled.
  func settle(_ package: UnsettledPackage, _ engine: any StoreEngine, done: @escaping Waiter) {
    let isFirst = state.withLock { state in
      state.waiting[package, default: []].append(done)
      if state.waiting[package]?.count == 1 { state.packages.append(package) }
      guard !state.isRunning else { return false }
      state.isRunning = true
      return true
    }
    if isFirst { next(engine) }
  }

  private func next(_ engine: any StoreEngine) {
    let first = state.withLock { state in
      state.isRunning = !state.packages.isEmpty
      return state.packages.first
    }
    guard let package = first else { return }
    let slice = PendingDecision(for: .node) { context throws(StoreError) in
      try context.settleSlice(of: package)
    } done: { outcome in
      let waiters = self.state.withLock { state in
        state.packages.removeFirst()
        guard case .success(false) = outcome else { return state.waiting.removeValue(forKey: package) ?? [] }
        state.packages.append(package)
        return []
      }
      var error: StoreError?
      if case .failure(let failure) = outcome { error = failure }
      for waiter in waiters { waiter(error) }
      self.next(engine)
    }
    engine.submit(slice)
  }
}
