// SPDX-License-Identifier: Apache-2.0

/// Text of an index that is printed: it may be anything.
enum IndexText {
  /// The longest part of such a text that a message shows.
  private static let shown = 80

  /// Without what moves a terminal's cursor, and not longer than a line.
  static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(shown)
    var quoted = ""
    for scalar in scalars { quoted.unicodeScalars.append(scalar.properties.generalCategory.isPrinted ? scalar : "?") }
    return quoted + (scalars.endIndex < text.unicodeScalars.endIndex ? "…" : "")
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isPrinted: Bool {
    switch self {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
