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
  }

  /// Called with nil once the package is settled, else with why it could not be.
  typealias Waiter = @Sendable (StoreError?) -> Void

  /// Calls `done` once a package is settled.
  func settle(_ package: UnsettledPackage, _ store: Store, done: @escaping Waiter) {
    let isFirst = state.withLock { state in
      state.waiting[package, default: []].append(done)
      guard state.waiting[package]?.count == 1 else { return false }
      state.packages.append(package)
      return state.packages.count == 1
    }
    if isFirst { next(store) }
  }

  private func next(_ store: Store) {
    guard let package = state.withLock({ $0.packages.first }) else { return }
    store.writeOnce { ledger throws(StoreError) in
      try ledger.settleSlice(of: package)
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
      self.next(store)
    }
  }
}

extension Ledger {
  /// Indexes a slice of a package's rows, in a transaction of its own.
  ///
  /// - Returns: whether the package is settled.
  func settleSlice(of package: UnsettledPackage) throws(StoreError) -> Bool {
    try package.isCopied ? copy.settleSlice(of: package.key) : settleSlice(of: package.key)
  }
}
