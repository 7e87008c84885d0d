// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// The logs of all nodes as one, on stderr: each line begins with its node's name, on a terminal in a colour of its own.
final class LogView: Sendable {
  private let names: [String]
  private let width: Int
  private let isColoured: Bool
  /// Lines of several nodes never mix.
  private let output = Mutex(FileHandle.standardError)

  /// They can be read on dark and on light, and neighbours differ.
  private static let colours = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94]
  private static let (yellow, red) = (33, 31)

  init(_ names: [String], isColoured: Bool = isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == nil) {
    self.names = names
    self.isColoured = isColoured
    width = names.map(\.count).max() ?? 0
  }

  /// Shows a line that a node has logged.
  func show(_ line: String, of node: String) { write(paint(Self.withoutDate(line)), of: node) }

  /// Shows what is said of a node, in bold.
  func note(_ text: String, of node: String) { write(isColoured ? "\u{1B}[1m\(text)\u{1B}[0m" : text, of: node) }

  private func write(_ text: String, of node: String) {
    let padded = node.padding(toLength: width, withPad: " ", startingAt: 0) + " | "
    let colour = Self.colours[(names.firstIndex(of: node) ?? 0) % Self.colours.count]
    let line = (isColoured ? "\u{1B}[\(colour)m\(padded)\u{1B}[0m" : padded) + text + "\n"
    output.withLock { try? $0.write(contentsOf: Data(line.utf8)) }
  }

  /// Warnings are yellow, errors red.
  private func paint(_ line: String) -> String {
    guard isColoured else { return line }
    let level = line.split(separator: " ", maxSplits: 2).dropFirst().first
    return switch level {
    case "warning": "\u{1B}[\(Self.yellow)m\(line)\u{1B}[0m"
    case "error", "critical": "\u{1B}[\(Self.red)m\(line)\u{1B}[0m"
    default: line
    }
  }

  /// A trial is over before the day is: the time is enough.
  private static func withoutDate(_ line: String) -> String {
    let date = line.prefix(11)
    let isDate = date.count == 11 && date.last == "T" && date.prefix(4).allSatisfy(\.isNumber)
    return isDate ? String(line.dropFirst(11)) : line
  }
}
