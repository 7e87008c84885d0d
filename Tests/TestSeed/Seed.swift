// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where a random test starts. A failure names its seed and how to run the same case again.
package struct Seed: Hashable, Sendable {
  package let number: UInt64

  package init(_ number: UInt64) { self.number = number }

  /// The seeds of one run: those of the environment variable `HEADWATER_SEED` when it is set, else new ones.
  package static func several(_ count: Int) -> [Seed] {
    if let text = ProcessInfo.processInfo.environment["HEADWATER_SEED"] {
      guard let number = UInt64(text) else { fatalError("HEADWATER_SEED is no number of 64 bits: \(text)") }
      return [Seed(number)]
    }
    return (0..<count).map { _ in Seed(.random(in: 0...(.max))) }
  }

  package var numbers: SeededNumbers { SeededNumbers(state: number) }
}

extension Seed: CustomStringConvertible {
  package var description: String { "replay with HEADWATER_SEED=\(number) swift test --filter <this test>" }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
package struct SeededNumbers: RandomNumberGenerator, Sendable {
  var state: UInt64

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
