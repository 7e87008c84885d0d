// SPDX-License-Identifier: Apache-2.0

/// How many letters of a text have room in a picture, which a browser does not break. The widths are those of the bold DejaVu Sans,
/// one of the widest fonts that browsers take for `sans-serif`.
struct LabelWidth {
  /// Of the font, in pixels.
  let size: Double
  /// In pixels.
  let room: Double

  /// The text, or its beginning with an ellipsis.
  func fitted(_ text: String) -> String {
    guard width(text) > room else { return text }
    var (kept, used) = ("", width("…"))
    for character in text {
      used += width(String(character))
      guard used <= room else { break }
      kept.append(character)
    }
    return kept + "…"
  }

  private func width(_ text: String) -> Double {
    text.unicodeScalars.reduce(0) { $0 + Self.part(of: $1) } * size
  }

  /// A letter's part of the font's size. Scripts with wider letters than Latin get as much as the widest of that.
  private static func part(of letter: Unicode.Scalar) -> Double {
    switch letter {
    case "i", "j", "l": 0.35
    case ".", ",", ":", "-", "/", " ": 0.42
    case "f", "r", "t": 0.5
    case "c", "k", "s", "v", "x", "y", "z": 0.67
    case "w": 0.93
    case "m": 1.05
    case "a"..."z", "0"..."9": 0.72
    default: 1.05
    }
  }
}
