// SPDX-License-Identifier: Apache-2.0

/// How rows are written into files.
package enum RowFormat: String, CaseIterable, Sendable {
  /// JSON Lines: an object with version, pkgarch, checksum and value in each line.
  case jsonl
  /// Comma-separated (RFC 4180), with those four names in the first line.
  case csv
  /// The form of OE-Core's export: `PRAUTO$version$pkgarch$checksum = "value"`.
  case inc

  /// The format that a file's name tells.
  package init?(path: String) {
    switch path.split(separator: ".").last {
    case "jsonl", "json", "ndjson": self = .jsonl
    case "csv": self = .csv
    case "inc", "conf": self = .inc
    default: return nil
    }
  }
}

/// A line that holds no row, and why.
package struct RowProblem: Error, Hashable, Sendable {
  package let file: String
  /// Counted from 1; 0 is the file as a whole.
  package let line: Int
  package let text: String

  package init(file: String, line: Int, text: String) {
    self.file = file
    self.line = line
    self.text = text
  }
}

extension RowProblem: CustomStringConvertible {
  package var description: String { line == 0 ? "\(file): \(text)" : "\(file):\(line): \(text)" }
}
