// SPDX-License-Identifier: Apache-2.0

/// A value as the checker of the laws reads it. It shares no code with what it checks.
struct Dotted: Hashable {
  let parts: [UInt64]

  init?(_ text: String) {
    var parts: [UInt64] = []
    for piece in text.split(separator: ".", omittingEmptySubsequences: false) {
      guard let part = UInt64(piece) else { return nil }
      parts.append(part)
    }
    self.parts = parts
  }

  func isBelow(_ other: Dotted) -> Bool {
    var place = 0
    while place < parts.count, place < other.parts.count {
      if parts[place] != other.parts[place] { return parts[place] < other.parts[place] }
      place += 1
    }
    return parts.count < other.parts.count
  }

  static func greatest(_ values: [Dotted]) -> Dotted? {
    var best: Dotted?
    for value in values {
      guard let known = best else {
        best = value
        continue
      }
      if known.isBelow(value) { best = value }
    }
    return best
  }
}
