// SPDX-License-Identifier: Apache-2.0

/// Finds lines in chunks. A line within one chunk is not copied.
struct LineBuffer {
  /// Where the next line is.
  enum Line {
    /// In the chunk, without its line feed.
    case whole(Range<Int>)
    /// In what was kept of earlier chunks, and this one: ``LineBuffer/take()`` gives it.
    case kept
  }

  private var kept: [UInt8] = []
  /// The number of the line that was found last, from 1.
  private(set) var number = 0

  /// - Parameter position: where to look in the chunk; moved behind the line. At the end of the chunk nothing is found, and
  ///   what is left of the chunk is kept.
  mutating func next(in chunk: Span<UInt8>, at position: inout Int, file: String) throws(IndexError) -> Line? {
    let start = position
    var end = start
    while end < chunk.count, chunk[end] != 0x0A { end += 1 }
    guard kept.count + (end - start) <= IndexLimits.line else {
      throw .malformed(IndexPlace(file: file, line: number + 1), problem: .longLine(limit: IndexLimits.line))
    }
    if end < chunk.count, kept.isEmpty {
      position = end + 1
      number += 1
      return .whole(start..<end)
    }
    kept.reserveCapacity(kept.count + (end - start))
    for index in start..<end { kept.append(chunk[index]) }
    position = min(end + 1, chunk.count)
    guard end < chunk.count else { return nil }
    number += 1
    return .kept
  }

  /// The line that was kept.
  mutating func take() -> [UInt8] {
    defer { kept = [] }
    return kept
  }

  /// The last line, which has no line feed.
  mutating func last() -> [UInt8]? {
    guard !kept.isEmpty else { return nil }
    number += 1
    return take()
  }
}
