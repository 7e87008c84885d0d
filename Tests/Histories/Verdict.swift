// SPDX-License-Identifier: Apache-2.0

/// What a checker says of a history.
package enum Verdict: Hashable, Sendable {
  /// The requests can be put in an order in which the model gives these answers.
  case possible
  case impossible
  /// So many configurations were looked at, and there are more.
  case undecided(configurations: Int)
}
