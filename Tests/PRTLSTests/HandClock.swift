// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRTLS
import Synchronization

/// A clock that a test sets. It begins an hour ahead, so that what the test makes meanwhile is valid by it.
final class HandClock: Sendable {
  static let lead: Int64 = 3_600
  private let seconds = Mutex(Int64(Date().timeIntervalSince1970) + lead)

  var now: Int64 {
    get { seconds.withLock { $0 } }
    set { seconds.withLock { $0 = newValue } }
  }

  func advance(by seconds: Int64) { self.seconds.withLock { $0 += seconds } }

  var tls: TLSClock { TLSClock { self.now } }
}
