// SPDX-License-Identifier: Apache-2.0

/// How long an answer may take.
package enum AnswerTime {
  /// BitBake's client gives up after 30 s: all that an answer may have to wait for has to fit in.
  package static let maximumLength = Duration.seconds(25)
  /// What the deadline and the timeout are of a node that has an upstream.
  package static let together = "25s at most together\(reason)"

  static let reason = ", for BitBake's client gives up after 30s"
}
