// SPDX-License-Identifier: Apache-2.0

/// A content in 16 bytes. Two marks differ only if the contents do; two that do not differ are of one content, but for a
/// probability of 2 in 10^19 for each pair.
struct ContentMark: Hashable {
  private let checksum: UInt64
  /// In bytes, its last 32 bits.
  private let size: UInt32
  private let hasSize: Bool
  /// Which function the checksum is of.
  private let function: UInt8

  init(_ content: PublishedContent) {
    let name = content.checksum.prefix { $0 != ":" }
    function = UInt8(truncatingIfNeeded: Fingerprint.half(2, [String(name)]))
    checksum = Fingerprint.half(3, [content.checksum])
    size = UInt32(truncatingIfNeeded: content.size ?? 0)
    hasSize = content.size != nil
  }

  /// Whether the contents are two. Checksums of two functions say nothing about that.
  func differs(from other: ContentMark) -> Bool {
    if function == other.function, checksum != other.checksum { return true }
    return hasSize && other.hasSize && size != other.size
  }
}
