// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Horizontal bars of two parts.
struct BarChart {
  struct Bar {
    let name: String
    /// One behind the other.
    let parts: [Double]

    var sum: Double { parts.reduce(0, +) }
  }

  private let title: String
  private let unit: String
  private let note: String
  private let bars: [Bar]

  init(_ title: String, unit: String, note: String, bars: [Bar]) {
    (self.title, self.unit, self.note, self.bars) = (title, unit, note, bars)
  }

  var text: String {
    let greatest = max(bars.map(\.sum).max() ?? 0, .leastNormalMagnitude)
    let left = ChartText.width(of: bars.map(\.name))
    let room = 500 - left - 70
    let rows = bars.enumerated().map { index, bar in
      let top = Double(index) * 30
      var place = left
      let parts = zip(bar.parts, ["strong", "weak"]).map { value, style in
        let width = room * value / greatest
        defer { place += width }
        return ChartText.rectangle(place, top + 6, width, 16, style)
      }
      let amount = FarmText.short(bar.sum) + (unit.isEmpty ? "" : " \(unit)")
      return ChartText.text(left - 8, top + 18, bar.name, "name", "end") + parts.joined()
        + ChartText.text(left + room * bar.sum / greatest + 6, top + 18, amount, "", "start")
    }
    return ChartText.figure(title, note, width: 500, height: Double(bars.count) * 30 + 4, rows.joined(separator: "\n"))
  }
}

/// Three marks on a line for each row, on a logarithmic axis.
struct RangeChart {
  private let title: String
  private let unit: String
  private let note: String
  private let rows: [(name: String, values: [Double])]

  init(_ title: String, unit: String, note: String, rows: [(name: String, values: [Double])]) {
    (self.title, self.unit, self.note, self.rows) = (title, unit, note, rows)
  }

  var text: String {
    let all = rows.flatMap(\.values).map { max($0, 0.01) }
    let low = floor(log10(all.min() ?? 0.01))
    let high = max(ceil(log10(all.max() ?? 1)), low + 1)
    let left = ChartText.width(of: rows.map(\.name))
    let room = 500 - left - 34
    func place(_ value: Double) -> Double { left + room * (log10(max(value, 0.01)) - low) / (high - low) }
    let height = Double(rows.count) * 30
    // So many labels have room.
    let step = max(ceil((high - low) / 5), 1)
    let grid = stride(from: low, through: high, by: step).map { power in
      let value = pow(10, power)
      return ChartText.line(place(value), 0, place(value), height, "grid")
        + ChartText.text(place(value), height + 16, "\(ChartText.plain(value)) \(unit)", "", "middle")
    }
    let marks = rows.enumerated().map { index, row in
      let middle = Double(index) * 30 + 15
      let spots = row.values.enumerated().map { number, value in
        "<circle cx=\"\(ChartText.number(place(value)))\" cy=\"\(ChartText.number(middle))\" r=\"\(number == 0 ? 5 : 4)\" "
          + "class=\"strong\"><title>\(FarmText.short(value)) \(unit)</title></circle>"
      }
      return ChartText.text(left - 8, middle + 4, row.name, "name", "end")
        + ChartText.line(place(row.values.first ?? 0), middle, place(row.values.last ?? 0), middle, "span")
        + spots.joined()
    }
    return ChartText.figure(title, note, width: 500, height: height + 24, (grid + marks).joined(separator: "\n"))
  }
}

/// A curve for each of some.
struct LineChart {
  private let title: String
  private let lines: [(name: String, values: [Double])]

  init(_ title: String, lines: [(name: String, values: [Double])]) { (self.title, self.lines) = (title, lines) }

  var text: String {
    let greatest = max(lines.flatMap(\.values).max() ?? 0, 1)
    let (left, room, height) = (56.0, 424.0, 180.0)
    let grid = (0...4).map { step in
      let share = Double(step) / 4
      return ChartText.line(left, height * (1 - share), left + room, height * (1 - share), "grid")
        + ChartText.text(left - 8, height * (1 - share) + 4, FarmText.grouped(greatest * share), "", "end")
    }
    let curves = lines.enumerated().map { index, line in
      let points = line.values.enumerated().map { day, value in
        let across = Double(day) / Double(max(line.values.count - 1, 1))
        return "\(ChartText.number(left + room * across)),\(ChartText.number(height * (1 - value / greatest)))"
      }
      return
        "<polyline class=\"curve\" style=\"stroke:var(--c\(index % 6))\" points=\"\(points.joined(separator: " "))\"/>"
    }
    let legend = lines.enumerated().map { index, line in
      let (column, row) = (Double(index % 2), Double(index / 2))
      return
        "<rect x=\"\(ChartText.number(left + column * 212))\" y=\"\(ChartText.number(height + 16 + row * 20))\" width=\"10\" "
        + "height=\"10\" rx=\"2\" style=\"fill:var(--c\(index % 6))\"/>"
        + ChartText.text(left + column * 212 + 16, height + 25 + row * 20, line.name, "name", "start")
    }
    let bottom = Double((lines.count + 1) / 2) * 20
    return ChartText.figure(
      title, "", width: 500, height: height + 20 + bottom, (grid + curves + legend).joined(separator: "\n"))
  }
}

/// Pieces of SVG.
enum ChartText {
  static func figure(_ title: String, _ note: String, width: Double, height: Double, _ body: String) -> String {
    """
    <figure><figcaption>\(title.escapedForHTML)</figcaption>\(note.isEmpty ? "" : "<p>\(note.escapedForHTML)</p>")
    <svg viewBox="0 -12 \(number(width)) \(number(height + 16))" role="img" aria-label="\(title.escapedForHTML)">
    \(body)
    </svg></figure>
    """
  }

  static func text(_ x: Double, _ y: Double, _ text: String, _ style: String, _ anchor: String) -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\" class=\"\(style)\">\(shortened(text).escapedForHTML)</text>"
  }

  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> String {
    "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" class=\"\(style)\"/>"
  }

  static func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String) -> String {
    "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(max(width, 0)))\" height=\"\(number(height))\" class=\"\(style)\"/>"
  }

  static func number(_ value: Double) -> String { String(format: "%.1f", value) }

  static func plain(_ value: Double) -> String { value >= 1 ? String(format: "%.0f", value) : "\(value)" }

  private static let longest = 28

  private static func shortened(_ text: String) -> String {
    text.count <= longest ? text : text.prefix(longest - 1) + "\u{2026}"  // longest is 28
  }

  /// How much room names take in front of a chart.
  static func width(of names: [String]) -> Double {
    let letters = names.map { min($0.count, longest) }.max() ?? 0
    return min(Double(letters) * 6.6 + 14, 205)
  }
}
