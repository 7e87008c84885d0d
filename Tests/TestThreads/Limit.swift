// SPDX-License-Identifier: Apache-2.0
import Testing

/// The time after which a test counts as hung. It ends the test, and says nothing of how fast a machine must be.
package enum Limit {
  package static let seconds = 600.0
}

extension Trait where Self == TimeLimitTrait {
  /// Ends a test that hangs although none of its own waits has a limit.
  package static var untilHung: TimeLimitTrait { .timeLimit(.minutes(30)) }
}
