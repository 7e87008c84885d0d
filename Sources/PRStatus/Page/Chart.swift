// SPDX-License-Identifier: Apache-2.0

/// A small line chart as SVG: one line or several over the same time.
struct Chart {
  /// A line; where it has no value it is broken.
  struct Line {
    let name: String
    /// Names its colour.
    let style: String
    let values: [Double?]
    var isFilled = false
  }

  let title: String
  let lines: [Line]
  /// How many values fill the width.
  let capacity: Int
  let scale: (Double) -> String

  private static let width = 320.0
  private static let height = 72.0

  var html: HTML {
    let top = Self.ceiling(lines.flatMap(\.values).compactMap(\.self).max() ?? 0)
    let drawn = lines.map { draw($0, top) }.joined()
    return """
      <figure class="chart">
      <svg viewBox="0 0 320 76" preserveAspectRatio="none" role="img" aria-label="\(spoken)">
      <path class="grid" d="M0 2H320M0 38H320"/><path class="base" d="M0 74H320"/>\(drawn)
      </svg>
      <figcaption><span class="top">\(top > 0 ? scale(top) : "")</span>\(legend)<span class="span">last 10 minutes</span></figcaption>
      </figure>
      """
  }

  private var legend: HTML {
    lines.map { line -> HTML in
      "<span class=\"key \(line.style)\">\(line.name)</span>"
    }.joined()
  }

  /// For screen readers.
  private var spoken: String {
    let now = lines.map { line in
      "\(line.name) \((line.values.last ?? nil).map(scale) ?? "none")"
    }
    return "\(title): now \(now.joined(separator: ", "))"
  }

  private func draw(_ line: Line, _ top: Double) -> HTML {
    guard top > 0 else { return .nothing }
    let step = Self.width / Double(max(capacity - 1, 1))
    let start = Self.width - step * Double(max(line.values.count - 1, 0))
    var (path, area) = ("", "")
    var run: [(x: Double, y: Double)] = []
    func finishRun() {
      guard let first = run.first, let last = run.last else { return }
      let points = run.map { "\(Self.short($0.x)) \(Self.short($0.y))" }
      // A point that stands alone is drawn as a short line.
      path += "M" + points.joined(separator: "L") + (run.count == 1 ? "h1" : "")
      area += "M\(Self.short(first.x)) 74L" + points.joined(separator: "L") + "L\(Self.short(last.x)) 74Z"
      run = []
    }
    for (index, value) in line.values.enumerated() {
      guard let value else {
        finishRun()
        continue
      }
      run.append((start + step * Double(index), 2 + Self.height * (1 - min(value / top, 1))))
    }
    finishRun()
    let filled: HTML = line.isFilled ? "<path class=\"area \(line.style)\" d=\"\(area)\"/>" : .nothing
    return "\(filled)<path class=\"line \(line.style)\" d=\"\(path)\"/>"
  }

  private static func short(_ number: Double) -> String { Formatting.decimal(number, 1) }

  /// The next of 1, 2 and 5 times a power of ten.
  static func ceiling(_ greatest: Double) -> Double {
    guard greatest > 0, greatest.isFinite else { return 0 }
    var power = 1.0
    while power > greatest { power /= 10 }
    while power * 10 <= greatest { power *= 10 }
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= greatest } ?? greatest
  }
}
