// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Ends this process in order when the one that started it is gone, however that went: standard input ends then.
enum ParentExitMonitor {
  /// The variable of the environment that a process finds when it has one.
  static let variable = "HEADWATER_LIFELINE"

  static func hold() {
    guard ProcessInfo.processInfo.environment[variable] != nil else { return }
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while case let count = read(STDIN_FILENO, &byte, 1), count > 0 || (count < 0 && errno == EINTR) {}
      kill(getpid(), SIGTERM)
    }
  }
}
