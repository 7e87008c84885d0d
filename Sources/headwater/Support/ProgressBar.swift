// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision

/// A line on a terminal that shows progress; silent without a terminal, and for the first second.
struct ProgressBar {
  private let title: String
  private let begin = ContinuousClock.now
  private let isShown: Bool
  private var shown = ContinuousClock.now
  private var hasDrawn = false

  init(_ title: String) {
    self.title = title
    isShown = isatty(STDERR_FILENO) == 1
  }

  /// - Parameter share: 0 to 1.
  mutating func update(share: Double) {
    let width = 30
    // A file that grows while it is read gives a share above 1.
    let share = min(max(share, 0), 1)
    let filled = Int(clamping: share * Double(width))
    // A share is 1 at most, so that what is filled is at most the width.
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    draw("\(bar) \(Int(clamping: share * 100)) %")
  }

  /// For what has no known end.
  mutating func update(count: Int) { draw("\(count) rows") }

  private mutating func draw(_ text: String) {
    let now = ContinuousClock.now
    guard isShown, now - begin > .seconds(1), now - shown > .milliseconds(100) else { return }
    shown = now
    hasDrawn = true
    FileHandle.standardError.write(Data("\r\(title) \(text)\u{1B}[K".utf8))
  }

  /// Takes the line away.
  func finish() {
    if hasDrawn { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}
