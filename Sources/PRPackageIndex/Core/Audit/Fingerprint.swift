// SPDX-License-Identifier: Apache-2.0

/// What stands for texts that are not kept: 128 bits by which equal texts are found again.
///
/// A keyed function, SipHash with the random key of the process, gives each half, so that an index cannot be made for two of its
/// texts to meet. Among a million different texts any two have the same 128 bits with a probability of 2 in 10^27.
struct Fingerprint: Hashable {
  private let high: UInt64
  private let low: UInt64

  init(_ texts: String...) {
    high = Self.half(0, texts)
    low = Self.half(1, texts)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(low) }

  /// - Parameter salt: which of the functions it is.
  static func half(_ salt: UInt8, _ texts: [String]) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(salt)
    for var text in texts {
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
      hasher.combine(0xFF as UInt8)  // never part of UTF-8, so that ("a", "bc") and ("ab", "c") differ
    }
    return UInt64(bitPattern: Int64(truncatingIfNeeded: hasher.finalize()))
  }
}

extension Fingerprint: ShardKey {
  var bits: UInt64 { high }
}
