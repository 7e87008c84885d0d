// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The time by which certificates count. Tests move it by hand.
package struct TLSClock: Sendable {
  /// Seconds since 1970.
  package let now: @Sendable () -> Int64

  package init(now: @escaping @Sendable () -> Int64) { self.now = now }

  package static let system = TLSClock { Int64(clamping: time(nil)) }
}
