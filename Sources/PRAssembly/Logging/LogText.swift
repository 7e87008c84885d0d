// SPDX-License-Identifier: Apache-2.0

/// Text for a log line: on one line, bounded, and without characters that change how the text around them is shown.
///
/// A peer chooses names and reasons that reach the log. Escape sequences move a terminal's cursor, bidirectional controls
/// reorder what stands beside them, and invisible characters make two names look like one.
package enum LogText {
  /// The most bytes of a message or a value, after escaping and without the mark of a cut.
  static let maximumLength = 2 << 10

  /// How a character that is not shown is written.
  enum Form {
    /// `\n`, `\t`, `\u{202E}`
    case text
    /// `\n`, `\t`, `\u202e`; beyond the Basic Multilingual Plane as two surrogates (RFC 8259, 7).
    case json
  }

  /// Escapes a text. Text beyond `maximumLength` is replaced by an ellipsis and the length of the whole in bytes.
  static func escaped(_ text: String, _ form: Form) -> String {
    var out = ""
    var length = 0
    for scalar in text.unicodeScalars {
      let piece = escape(scalar, form) ?? String(scalar)
      length += piece.utf8.count
      guard length <= maximumLength else { return out + "… (\(text.utf8.count) bytes)" }
      out += piece
    }
    return out
  }

  /// A value of a line of text: in quotes where a reader could not tell where it ends.
  package static func value(_ text: String) -> String {
    let escaped = escaped(text, .text)
    let isPlain = !escaped.isEmpty && escaped.unicodeScalars.allSatisfy { !separates($0) && $0 != "\\" }
    return isPlain ? escaped : "\"\(escaped)\""
  }

  /// The message of a text line. It stands before the pairs of keys and values; where it has an equals sign it is quoted, so
  /// that no part of it reads as such a pair.
  static func message(_ text: String) -> String {
    let escaped = escaped(text, .text)
    return escaped.unicodeScalars.contains("=") ? "\"\(escaped)\"" : escaped.replacing("\\\"", with: "\"")
  }

  private static func separates(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "=" || scalar == "\"" || scalar.properties.isWhitespace
  }

  /// Nil for a character that stands for itself.
  private static func escape(_ scalar: Unicode.Scalar, _ form: Form) -> String? {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\\": "\\\\"
    case "\"": "\\\""
    case _ where !scalar.isShown: form == .text ? "\\u{\(hex(scalar.value))}" : json(scalar)
    default: nil
    }
  }

  private static func json(_ scalar: Unicode.Scalar) -> String {
    String(scalar).utf16.map { unit in "\\u" + padded(hex(UInt32(truncatingIfNeeded: unit)).lowercased()) }.joined()
  }

  private static func hex(_ number: UInt32) -> String { String(number, radix: 16, uppercase: true) }

  private static func padded(_ digits: String) -> String {
    String(repeating: "0", count: max(4 - digits.utf8.count, 0)) + digits
  }
}

extension Unicode.Scalar {
  /// False for controls, format characters (bidirectional controls and zero-width characters among them), separators of
  /// lines and paragraphs, and characters that Unicode calls ignorable, which have no glyph.
  fileprivate var isShown: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: !properties.isDefaultIgnorableCodePoint
    }
  }
}
