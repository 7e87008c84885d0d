// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore

/// Numbers and times as a person reads them.
enum Formatting {
  static func count(_ number: Int) -> String { grouped(String(number)) }
  static func count(_ number: Int64) -> String { grouped(String(number)) }

  /// A rate: with a decimal where it is small.
  static func rate(_ rate: Double) -> String {
    rate < 10 && rate != rate.rounded() ? decimal(rate, 1) : count(Int(clamping: rate.rounded()))
  }

  static func milliseconds(_ time: Double?) -> String {
    guard let time else { return "–" }
    if time < 1 { return "\(count(Int(clamping: (time * 1000).rounded()))) µs" }
    return time < 10
      ? "\(decimal(time, 1)) ms" : time < 1000 ? "\(Int(clamping: time.rounded())) ms" : "\(decimal(time / 1000, 1)) s"
  }

  static func bytes(_ bytes: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var (size, unit) = (Double(bytes), 0)
    while size >= 1024, unit < units.count - 1 { (size, unit) = (size / 1024, unit + 1) }
    return "\(unit == 0 || size >= 100 ? String(Int(clamping: size.rounded())) : decimal(size, 1)) \(units[unit])"
  }

  static func percent(_ share: Double) -> String {
    // Never 100 while there is one that missed.
    let tenths = share < 1 ? min((share * 1000).rounded(), 999) : 1000
    return "\(decimal(tenths / 10, tenths == 1000 || tenths == 0 ? 0 : 1)) %"
  }

  /// Coarser the longer it is.
  static func span(_ seconds: Int64) -> String {
    switch seconds {
    case ..<60: "\(max(seconds, 0)) s"
    case ..<3600: "\(seconds / 60) min"
    case ..<86_400: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    default: "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
    }
  }

  static func decimal(_ number: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", number) }

  /// In groups of three.
  private static func grouped(_ digits: String) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3), text.last != "-" { text.append("\u{202F}") }
      text.append(digit)
    }
    return text
  }

  static func iso(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000).ISO8601Format()
  }

  /// A time of day in UTC, with its day where that is not today.
  static func time(_ milliseconds: Int64, now: Int64) -> String {
    let text = iso(milliseconds)
    let clock = text.dropFirst(11).prefix(8)
    return text.prefix(10) == iso(now).prefix(10) ? String(clock) : "\(text.prefix(10)) \(clock)"
  }

  static func origin(_ name: String) -> String {
    Provenance.Origin(rawValue: name)?.explanation ?? name
  }

  /// Where a value was chosen: the node, its place, the rule, and the builder where it is said.
  static func chosen(_ part: StatusReport.ChosenPart?, now: Int64) -> String? {
    part.map { part in
      part.origin.words(node: part.member ?? "the store \(part.store)") { time($0, now: now) }
    }
  }
}
