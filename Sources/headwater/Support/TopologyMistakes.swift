// SPDX-License-Identifier: Apache-2.0
import PRAssembly
import PRTopology

/// A topology that cannot be used, with all that is wrong with it.
struct TopologyMistakes: LongExplanation {
  let diagnostics: [Diagnostic]

  /// As `headwater topology check` tells it.
  var description: String { diagnostics.map { "\($0)" }.joined(separator: "\n") }

  var oneLine: String {
    diagnostics.filter { $0.severity == .error }.map(\.headline).joined(separator: "; ")
  }
}
