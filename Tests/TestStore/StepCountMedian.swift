// SPDX-License-Identifier: Apache-2.0
import PRStore
import PRStoreSQLite

extension StepCount {
  /// What some work on a store costs: the median of several counts.
  ///
  /// The first time that a connection runs a statement, it prepares it, and a store has several connections for reads.
  /// Which of them serves a read depends on which was idle first. A median is free of these few counts; the least count
  /// would also hide work that every second request does.
  package static func median(of path: String, _ work: () async throws -> Void) async throws -> Int {
    var counts: [Int] = []
    for _ in 0..<11 {
      let before = total(of: path)
      try await work()
      counts.append(total(of: path) - before)
    }
    return counts.sorted()[counts.count / 2]
  }
}
