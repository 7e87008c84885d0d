// SPDX-License-Identifier: Apache-2.0

/// How an operator says over HTTP that an alarm was read.
package enum Acknowledgement {
  static let path = "/api/acknowledge"

  /// Has to be there, with any value.
  package static let header = "X-Headwater-Acknowledge"

  /// Where to send it, with POST.
  package static func target(of alarm: String) -> String { "\(path)?alarm=\(Query.encoded(alarm))" }
}
