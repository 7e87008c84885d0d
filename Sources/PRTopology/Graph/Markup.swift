// SPDX-License-Identifier: Apache-2.0

/// Text inside of XML.
enum Markup {
  /// Nothing in the text is markup any more, and nothing in it is forbidden in XML.
  static func escape(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      case "\n": "\n"
      case "\u{FFFE}", "\u{FFFF}": "\u{FFFD}"
      default: SourceText.isControl(scalar) ? "\u{FFFD}" : String(scalar)
      }
    }.joined()
  }

  static func text(_ style: String, _ x: Int, _ y: Int, _ text: String, columns: Int) -> String {
    #"<text class="\#(style)" x="\#(x)" y="\#(y)">\#(escape(shorten(text, columns)))</text>"#
  }

  /// How wide a text is, in narrow characters.
  static func columns(_ text: String) -> Int { text.reduce(0) { $0 + SourceText.columns($1) } }

  /// A text that is too long ends in `…`.
  static func shorten(_ text: String, _ columns: Int) -> String {
    guard self.columns(text) > columns else { return text }
    var (short, used) = ("", 1)
    for character in text {
      used += SourceText.columns(character)
      guard used <= columns else { break }
      short.append(character)
    }
    return short + "…"
  }
}
