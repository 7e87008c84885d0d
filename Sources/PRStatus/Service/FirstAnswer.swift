// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Waits for the first of several who may answer; what the others say is dropped.
final class FirstAnswer<Value: Sendable>: Sendable {
  private enum State {
    /// Nobody has answered, nobody waits: → `waited`, `given`.
    case open
    case waited(CheckedContinuation<Value, Never>)
    case given(Value)
  }

  private let state = Mutex(State.open)

  func give(_ value: Value) {
    let waiter: CheckedContinuation<Value, Never>? = state.withLock { state in
      switch state {
      case .open:
        state = .given(value)
        return nil
      case .waited(let continuation):
        state = .given(value)
        return continuation
      case .given: return nil
      }
    }
    waiter?.resume(returning: value)
  }

  /// For one who waits.
  var value: Value {
    get async {
      await withCheckedContinuation { continuation in
        let given: Value? = state.withLock { state in
          if case .given(let value) = state { return value }
          state = .waited(continuation)
          return nil
        }
        if let given { continuation.resume(returning: given) }
      }
    }
  }
}

extension FirstAnswer where Value == Void {
  /// Waits for somebody, or until the task is cancelled.
  func wait() async {
    await withTaskCancellationHandler {
      await value
    } onCancel: {
      give(())
    }
  }
}
