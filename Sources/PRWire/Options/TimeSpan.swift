// SPDX-License-Identifier: Apache-2.0

/// A time with its unit: `300ms`, `2s`, `5m`, `1h`. Two are equal that last equally long, however they are written.
package struct TimeSpan: Hashable, Sendable, CustomStringConvertible {
  package let duration: Duration
  package let description: String

  /// - Returns: nil for a text of another form.
  package init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), number <= 1_000_000_000 else { return nil }
    switch text.dropFirst(digits.count) {
    case "ms": duration = .milliseconds(number)
    case "s": duration = .seconds(number)
    case "m": duration = .seconds(number * 60)
    case "h": duration = .seconds(number * 3600)
    default: return nil
    }
    description = text
  }

  package init(seconds: Int64) {
    duration = .seconds(seconds)
    description = "\(seconds)s"
  }

  package init(milliseconds: Int64) {
    duration = .milliseconds(milliseconds)
    description = "\(milliseconds)ms"
  }

  package static func == (left: TimeSpan, right: TimeSpan) -> Bool { left.duration == right.duration }

  package func hash(into hasher: inout Hasher) { hasher.combine(duration) }
}

/// The time between two pulls: a second or more, or `off`.
package struct SyncInterval: Hashable, Sendable, CustomStringConvertible {
  /// Nil for `off`.
  package let time: TimeSpan?

  /// What a node that copies has where no other time is given.
  package static let standard = SyncInterval(time: TimeSpan(seconds: 60))

  private init(time: TimeSpan?) { self.time = time }

  /// - Returns: nil for a text of another form, and for less than a second.
  package init?(_ text: String) {
    guard text != "off" else {
      self.init(time: nil)
      return
    }
    guard let time = TimeSpan(text), time.duration >= .seconds(1) else { return nil }
    self.init(time: time)
  }

  package var description: String { time?.description ?? "off" }
}
