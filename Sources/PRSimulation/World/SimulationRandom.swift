// SPDX-License-Identifier: Apache-2.0

/// SplitMix64: the same numbers for the same seed, on every machine.
package struct SimulationRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// From 0 up to 1.
  package mutating func fraction() -> Double { Double(next() >> 11) / Double(UInt64(1) << 53) }

  package mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

  /// A number below a limit.
  package mutating func below(_ limit: Int) -> Int { Int(clamping: next() % UInt64(clamping: max(limit, 1))) }

  package mutating func time(_ range: ClosedRange<Duration>) -> Duration {
    range.lowerBound + (range.upperBound - range.lowerBound) * fraction()
  }

  /// The times between events that come at random, with a mean.
  package mutating func exponential(mean: Duration) -> Duration {
    // The natural logarithm, by the series of its inverse hyperbolic tangent: the same digits on every machine.
    var (mantissa, exponent) = (1 - fraction(), 0)
    while mantissa < 0.75 { (mantissa, exponent) = (mantissa * 2, exponent + 1) }
    let ratio = (mantissa - 1) / (mantissa + 1)
    var (sum, power) = (0.0, ratio)
    for term in 0..<20 {
      sum += power / Double(2 * term + 1)
      power *= ratio * ratio
    }
    return mean * (Double(exponent) * 0.693_147_180_559_945_3 - 2 * sum)
  }
}
