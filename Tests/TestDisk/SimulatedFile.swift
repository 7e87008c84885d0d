// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed

/// A change of a file's content.
package enum FileChange: Hashable, Sendable {
  case mode(UInt32)
  case bytes([UInt8], at: Int)
  /// To so many bytes, which are no more than before.
  case truncate(Int)
}

/// A file of a simulated disk: as processes see it, as it is on the disk, and what lies between.
struct SimulatedFile: Sendable {
  private(set) var seen: Content
  private var synced = Content(bytes: [], mode: 0o600)
  private var changes: [FileChange] = []

  struct Content: Hashable, Sendable {
    var bytes: [UInt8]
    var mode: UInt32

    mutating func apply(_ change: FileChange) {
      switch change {
      case .mode(let mode): self.mode = mode
      case .truncate(let length): bytes.removeLast(max(0, bytes.count - length))
      case .bytes(let new, let offset): write(new[...], at: offset)
      }
    }

    mutating func write(_ new: ArraySlice<UInt8>, at offset: Int) {
      // What lies between, and was lost, reads as zeros.
      let missing = offset + new.count - bytes.count
      if missing > 0 { bytes += [UInt8](repeating: 0, count: missing) }
      bytes.withUnsafeMutableBytes { target in
        new.withUnsafeBytes { source in
          guard let start = source.baseAddress else { return }
          _ = memcpy(target.baseAddress! + offset, start, source.count)
        }
      }
    }
  }

  init(mode: UInt32) {
    seen = Content(bytes: [], mode: mode)
    changes = [.mode(mode)]
  }

  mutating func apply(_ change: FileChange) {
    seen.apply(change)
    changes.append(change)
  }

  mutating func sync() {
    for change in changes { synced.apply(change) }
    changes = []
  }

  /// A sync failed: some changes have come to the disk, and the system does not try the others again.
  mutating func forget(_ numbers: inout SeededNumbers) {
    for change in changes where numbers.next() & 1 == 0 { synced.apply(change) }
    changes = []
  }

  /// Leaves what is on the disk after the power has failed.
  mutating func losePower(_ fate: PowerLoss.Fate, _ loss: inout PowerLoss) {
    let kept = fate == .beginning ? loss.number(below: changes.count + 1) : changes.count
    for (index, change) in changes.prefix(kept).enumerated() {
      guard fate.keeps(change, &loss) else { continue }
      guard case .bytes(let bytes, let offset) = change, !bytes.isEmpty else {
        synced.apply(change)
        continue
      }
      if fate == .sectors {
        for piece in loss.sectors(of: offset..<offset + bytes.count) where loss.coin() {
          synced.write(bytes[(piece.lowerBound - offset)..<(piece.upperBound - offset)], at: piece.lowerBound)
        }
      } else {
        let isTorn = index == kept - 1 && loss.coin()
        synced.write(bytes.prefix(isTorn ? loss.number(below: bytes.count) : bytes.count), at: offset)
      }
    }
    changes = []
    seen = synced
  }
}
