// SPDX-License-Identifier: Apache-2.0

/// The `name: value` lines of a handshake. Names are case-insensitive.
package struct Headers: Sendable, RandomAccessCollection {
  package typealias Element = (name: String, value: String)

  private var lines: [Element] = []

  package init() {}

  package init(_ lines: [Element]) { self.lines = lines }

  package var startIndex: Int { lines.startIndex }
  package var endIndex: Int { lines.endIndex }
  package subscript(position: Int) -> Element { lines[position] }

  /// The value of the first header of that name.
  package subscript(name: String) -> String? {
    lines.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// Takes a header line. One without a colon says nothing and is passed over.
  mutating func append(line: String) {
    guard let colon = line.utf8.firstIndex(of: ASCII.colon) else { return }
    lines.append((Self.trim(line.utf8[..<colon]), Self.trim(line.utf8[line.utf8.index(after: colon)...])))
  }

  private static func trim(_ text: Substring.UTF8View) -> String {
    let start = text.drop { $0 == ASCII.space || $0 == ASCII.tab }
    guard let end = start.lastIndex(where: { $0 != ASCII.space && $0 != ASCII.tab }) else { return "" }
    return String(Substring(start[...end]))
  }

  /// The peer wants header lines in return.
  package var needsHeaders: Bool { self["needs-headers"]?.lowercased() == "true" }
}
