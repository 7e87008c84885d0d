// SPDX-License-Identifier: Apache-2.0

/// When an answer may leave.
package enum Durability: String, CaseIterable, Sendable {
  /// After its row is on disk: it survives power loss.
  case full
  /// After its row is in the log: it survives the process, and at power loss the last ones may be gone.
  case normal
  /// As BitBake's server does: what the operating system makes of it.
  case off
}
