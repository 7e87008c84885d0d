// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRRevision

/// Calls back once, later, on a thread of its own choice. Tests replace it by one that they advance.
struct StoreTimer: Sendable {
  let schedule: @Sendable (_ delay: Duration, _ body: @escaping @Sendable () -> Void) -> Void

  static let system = StoreTimer { delay, body in
    DispatchQueue.global(qos: .utility).asyncAfter(
      deadline: .now() + .milliseconds(Int(clamping: delay / .milliseconds(1))), execute: body)
  }
}
