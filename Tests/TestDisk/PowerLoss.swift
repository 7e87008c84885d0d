// SPDX-License-Identifier: Apache-2.0
import TestSeed

/// What a power loss takes of all that was not synced; it follows from a seed.
struct PowerLoss {
  var numbers: SeededNumbers
  /// In bytes. A disk writes a sector as a whole, unless it is the one that it was writing when the power failed.
  let sectorSize: Int
  /// That of all files and names; nil where each has its own.
  private var common: Fate?

  enum Fate: CaseIterable {
    /// All changes are lost, or none is.
    case lost, kept
    /// Changes up to one of them are kept.
    case beginning
    /// Each change has a fate of its own, or each of its sectors.
    case changes, sectors

    func keeps(_ change: FileChange, _ loss: inout PowerLoss) -> Bool {
      switch self {
      case .lost: false
      case .kept, .beginning: true
      case .changes: loss.coin()
      case .sectors: if case .bytes = change { true } else { loss.coin() }
      }
    }
  }

  init(_ numbers: SeededNumbers, sectorSize: Int) {
    self.numbers = numbers
    self.sectorSize = sectorSize
    if coin() || coin() { common = Fate.allCases[number(below: Fate.allCases.count)] }
  }

  mutating func fate() -> Fate { common ?? Fate.allCases[number(below: Fate.allCases.count)] }

  /// - Parameter bound: greater than 0.
  mutating func number(below bound: Int) -> Int { Int(clamping: numbers.next() % UInt64(clamping: bound)) }

  mutating func coin() -> Bool { numbers.next() & 1 == 0 }

  /// Cuts a range of a file where its sectors end.
  func sectors(of range: Range<Int>) -> [Range<Int>] {
    var (pieces, start) = ([Range<Int>](), range.lowerBound)
    while start < range.upperBound {
      let end = min((start / sectorSize + 1) * sectorSize, range.upperBound)
      pieces.append(start..<end)
      start = end
    }
    return pieces
  }
}
