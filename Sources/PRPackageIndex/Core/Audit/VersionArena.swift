// SPDX-License-Identifier: Apache-2.0

/// Versions, one behind the other, as bytes.
struct VersionArena {
  struct Reference: Hashable {
    fileprivate let chunk: UInt32
    fileprivate let start: UInt32
    fileprivate let end: UInt32
  }

  private static let chunkSize = 1 << 20
  /// Never part of UTF-8.
  private static let end: UInt8 = 0xFF
  private static let absent: UInt8 = 0xFE
  private var chunks: [[UInt8]] = []

  mutating func append(_ version: PublishedVersion) -> Reference {
    var bytes: [UInt8] = []
    for part in [version.epoch, version.version, version.release] {
      if let part { bytes += Array(part.utf8) } else { bytes.append(Self.absent) }
      bytes.append(Self.end)
    }
    if chunks.last.map({ $0.count + bytes.count > Self.chunkSize }) ?? true {
      chunks.append([])
      chunks[chunks.count - 1].reserveCapacity(Self.chunkSize)
    }
    let start = chunks[chunks.count - 1].count
    chunks[chunks.count - 1] += bytes
    return Reference(
      chunk: UInt32(clamping: chunks.count - 1), start: UInt32(clamping: start),
      end: UInt32(clamping: start + bytes.count))
  }

  /// - Parameter reference: one that this arena gave.
  subscript(reference: Reference) -> PublishedVersion {
    let bytes = chunks[Int(clamping: reference.chunk)][Int(clamping: reference.start)..<Int(clamping: reference.end)]
    let parts = bytes.split(separator: Self.end, omittingEmptySubsequences: false).map { part in
      part.first == Self.absent ? nil : String(decoding: part, as: UTF8.self)
    }
    // Three parts with an end each make four, the last of which is empty.
    return PublishedVersion(epoch: parts[0], version: parts[1] ?? "", release: parts[2])
  }
}
