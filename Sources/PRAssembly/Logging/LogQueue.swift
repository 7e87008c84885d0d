// SPDX-License-Identifier: Apache-2.0

/// Lines that wait to be written. It is bounded: when nothing is written, new lines are left out and counted.
struct LogQueue {
  private var lines: [String] = []
  private var bytes = 0
  private var leftOut = 0
  private var isBeingWritten = false

  /// The most bytes that wait.
  static let maximum = 1 << 20

  /// Adds a line.
  ///
  /// - Returns: whether writing has to begin.
  mutating func append(_ line: String) -> Bool {
    let length = line.utf8.count
    if length > Self.maximum - bytes {
      leftOut += 1
    } else {
      lines.append(line)
      bytes += length
    }
    guard !isBeingWritten else { return false }
    isBeingWritten = true
    return true
  }

  /// Lines to write now, and how many were left out after them. Nil where none wait; writing has then ended.
  mutating func take() -> (lines: [String], leftOut: Int)? {
    defer { (lines, bytes, leftOut) = ([], 0, 0) }
    isBeingWritten = !lines.isEmpty || leftOut > 0
    return isBeingWritten ? (lines, leftOut) : nil
  }
}
