// SPDX-License-Identifier: Apache-2.0
import PRWire

/// A file's text by lines, as YAML breaks them.
struct SourceText {
  var lines: [[Unicode.Scalar]]

  init(_ text: String) {
    var lines: [[Unicode.Scalar]] = [[]]
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if scalar == "\n", previous == "\r" {
        // The second half of a line break.
      } else if Self.breaks.contains(scalar) {
        lines.append([])
      } else {
        lines[lines.count - 1].append(scalar)
      }
      previous = scalar
    }
    self.lines = lines
  }

  private static let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]

  func line(_ number: Int) -> [Unicode.Scalar] { lines.indices.contains(number - 1) ? lines[number - 1] : [] }

  func scalar(at place: SourceLocation) -> Unicode.Scalar? {
    let line = line(place.line)
    return line.indices.contains(place.column - 1) ? line[place.column - 1] : nil
  }

  /// The line and, below it, a caret under the place. Of a long line, the part around the place.
  func excerpt(at place: SourceLocation) -> String {
    let (line, column) = Self.withoutPassword(
      line(place.line), column: min(max(place.column - 1, 0), line(place.line).count))
    let start = column > Self.widest ? column - Self.widest / 2 : 0
    let shown = line[start...].prefix(Self.widest)
    let padding = String(String.UnicodeScalarView(line[start..<column])).map(Self.blank).joined()
    return Self.printable(shown) + "\n" + padding + "^"
  }

  private static let widest = 160

  /// The line without the password of a database, and where in it a column is then.
  private static func withoutPassword(_ line: [Unicode.Scalar], column: Int) -> ([Unicode.Scalar], Int) {
    let text = String(String.UnicodeScalarView(line))
    let shown = Array(DatabaseURL.withoutPassword(text).unicodeScalars)
    guard shown != line else { return (line, column) }
    let begin = zip(line, shown).prefix { $0 == $1 }.count
    if column <= begin { return (shown, column) }
    // What stands behind the password keeps its distance to the end of the line.
    return (shown, min(max(begin, shown.count - (line.count - column)), shown.count))
  }

  /// What takes as much room as a character.
  private static func blank(_ character: Character) -> String {
    character == "\t" ? "\t" : String(repeating: " ", count: columns(character))
  }

  /// How much room a character takes, in narrow ones.
  static func columns(_ character: Character) -> Int {
    character.unicodeScalars.first.map { isWide($0) ? 2 : 1 } ?? 0
  }

  /// Takes two columns of a terminal (Unicode's East Asian Width, coarsely).
  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }

  /// A terminal shall not obey what stands in a file.
  static func printable(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    for scalar in scalars {
      text.append(isControl(scalar) && scalar != "\t" ? "\u{FFFD}" : scalar)
    }
    return String(text)
  }

  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    // Marks that turn the direction of writing, by which a line may look like another.
    case .format: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    default: false
    }
  }
}

/// A text of the file inside a message: in quotes, short, on one line.
func quoted(_ text: String) -> String {
  let text = DatabaseURL.withoutPassword(text)
  let shown = SourceText.printable(text.unicodeScalars.prefix(60).map { $0 == "\t" ? " " : $0 })
  return "'\(shown)\(text.unicodeScalars.count > 60 ? "…" : "")'"
}
