// SPDX-License-Identifier: Apache-2.0

/// What one line of the log says.
struct LogLine {
  /// In ISO 8601.
  var time: String
  var level: String
  var message: String
  /// Sorted by key.
  var values: [(key: String, value: String)] = []

  /// The most bytes of a line. Pairs that do not fit are counted in `omitted-values`.
  static let maximumLength = 8 << 10
  /// Room for what follows the last pair that fits.
  private static let reserve = 64

  func formatted(_ format: LogFormat) -> String {
    switch format {
    case .text: text
    case .json: json
    }
  }

  private var text: String {
    let start = "\(time) \(level) \(LogText.message(message))"
    return joined(start, end: "") { " \($0)=\(LogText.value($1))" }
  }

  private var json: String {
    let start = #"{"time":"\#(time)","level":"\#(level)","message":\#(Self.string(message))"#
    let reserved = ["time", "level", "message"]
    return joined(start, end: "}") { key, value in
      // A key stands once in an object.
      #",\#(Self.string(reserved.contains(key) ? "value-\(key)" : key)):\#(Self.string(value))"#
    }
  }

  private func joined(_ start: String, end: String, _ pair: (String, String) -> String) -> String {
    var line = start
    for (index, (key, value)) in values.enumerated() {
      let next = pair(key, value)
      guard line.utf8.count + next.utf8.count <= Self.maximumLength - Self.reserve else {
        return line + pair("omitted-values", "\(values.count - index)") + end
      }
      line += next
    }
    return line + end
  }

  private static func string(_ text: String) -> String { "\"\(LogText.escaped(text, .json))\"" }
}
