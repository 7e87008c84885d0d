// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The time by which certificates count. Tests move it by hand.
public struct TLSClock: Sendable {
  /// Seconds since 1970.
  public let now: @Sendable () -> Int64

  public init(now: @escaping @Sendable () -> Int64) { self.now = now }

  public static let system = TLSClock { Int64(clamping: time(nil)) }
}
