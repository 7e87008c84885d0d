// SPDX-License-Identifier: Apache-2.0

// Arithmetic on numbers that a peer, a file or the operating system chose: the nearest number that fits, and never a trap.

extension FixedWidthInteger {
  /// The nearest number of this type, without the fraction. What is no number becomes 0.
  @inlinable
  package init(clamping number: Double) {
    guard !number.isNaN else {
      self = 0
      return
    }
    self = Self(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
  }

  /// The sum, or the nearest number that fits.
  @inlinable
  package func addingClamped(_ other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  /// The difference, or the nearest number that fits.
  @inlinable
  package func subtractingClamped(_ other: Self) -> Self {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other > 0 ? .min : .max) : difference
  }

  /// The product, or the nearest number that fits.
  @inlinable
  package func multipliedClamped(by other: Self) -> Self {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}

extension Duration {
  /// The milliseconds, without the fraction, or the nearest number that fits.
  ///
  /// The quotient of two durations is a binary fraction: 327.777 s divided by 1 ms is less than 327777.
  package var wholeMilliseconds: Int64 { whole(of: 1000) }

  /// The nanoseconds, without the fraction, or the nearest number that fits.
  package var wholeNanoseconds: Int64 { whole(of: 1_000_000_000) }

  private func whole(of partsOfSecond: Int64) -> Int64 {
    let (seconds, attoseconds) = components
    return seconds.multipliedClamped(by: partsOfSecond).addingClamped(
      attoseconds / (1_000_000_000_000_000_000 / partsOfSecond))
  }
}
