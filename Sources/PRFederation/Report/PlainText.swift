// SPDX-License-Identifier: Apache-2.0

/// Text of another node's, as it is kept and as readers take it: what is kept is what every reader accepts.
extension String {
  /// Printable ASCII: it can be shown on a terminal.
  package var isPlain: Bool { utf8.allSatisfy { 0x20..<0x7F ~= $0 } }

  /// The same text with a question mark for each scalar that is not plain.
  package var madePlain: String {
    guard !isPlain else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { 0x20..<0x7F ~= $0.value ? $0 : "?" }))
  }

  /// The address of a page, as a link may have it.
  package var isPlainPage: Bool { isPlain && (hasPrefix("http://") || hasPrefix("https://")) }
}
