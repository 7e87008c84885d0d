// SPDX-License-Identifier: Apache-2.0

/// Whether it is worth looking a tuple up before it goes to the writer, which looks itself.
///
/// A build that makes everything anew asks for thousands of unknown tuples; a look for each of them costs more
/// than all else on the event loop. So after some misses in a row only a few are looked up, until one is found.
struct MissPredictor: Sendable {
  private var misses = 0

  /// How many misses in a row make the next one likely.
  private static let likely = 8
  /// While misses are likely, one of so many is looked up all the same.
  private static let sample = 16

  /// Whether to look the next tuple up.
  mutating func shouldLook() -> Bool {
    guard misses >= Self.likely else { return true }
    misses += 1
    return misses.isMultiple(of: Self.sample)
  }

  mutating func found() { misses = 0 }

  mutating func missed() { if misses < Self.likely { misses += 1 } }
}
