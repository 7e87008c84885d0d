// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// How the value of an option is written, and which values there are. The command line, the environment and the topology
/// files are read by it.
package struct OptionForm<Value: Hashable & Sendable>: Sendable {
  package let kind: OptionKind
  /// For the documentation: `1 to 512`.
  package let type: String
  /// All values, where there are few.
  package let words: [String]
  /// The bounds, where the type has some besides.
  package let bounds: String?
  package let read: @Sendable (String) throws(OptionMistake) -> Value
  let write: @Sendable (Value) -> String

  init(
    _ type: String, kind: OptionKind = .word, words: [String] = [], bounds: String? = nil,
    write: @escaping @Sendable (Value) -> String = { "\($0)" },
    read: @escaping @Sendable (String) throws(OptionMistake) -> Value
  ) {
    self.kind = kind
    self.type = type
    self.words = words
    self.bounds = bounds
    self.read = read
    self.write = write
  }
}

/// What the readers of a value have to know of its form.
package enum OptionKind: Hashable, Sendable {
  /// A command line has it without a value.
  case flag
  /// Any text of one line.
  case text
  /// The name of a file, in a topology relative to it.
  case path
  /// All else.
  case word
}

extension OptionForm<String> {
  package static var text: Self { Self("text", kind: .text) { $0 } }
  package static var path: Self { Self("path", kind: .path) { $0 } }

  /// One of some words. A level above that has an enumeration of them reads it by ``OptionValues/word(_:)``.
  static func words(_ words: [String]) -> Self {
    Self(words.joined(separator: ", "), words: words) { text throws(OptionMistake) in
      guard !words.contains(text) else { return text }
      throw OptionMistake("write \(Spelling.alternatives(words))", help: Spelling.help(text, among: words))
    }
  }
}

extension OptionForm where Value: CaseIterable & RawRepresentable<String> {
  /// One of the cases of an enumeration.
  static var cases: Self {
    let words = OptionForm<String>.words(Value.allCases.map(\.rawValue))
    return Self(words.type, words: words.words, write: \.rawValue) { text throws(OptionMistake) in
      let word = try words.read(text)
      guard let value = Value(rawValue: word) else { throw OptionMistake("there is no case \(word)") }
      return value
    }
  }
}

extension OptionForm<Bool> {
  /// In a topology; a command line names it, or its opposite.
  static var flag: Self {
    Self("flag", kind: .flag) { text throws(OptionMistake) in
      switch text {
      case "true": return true
      case "false": return false
      default:
        let help =
          switch text.lowercased() {
          case "yes", "on", "1", "y": "did you mean 'true'?"
          case "no", "off", "0", "n": "did you mean 'false'?"
          default: Spelling.help(text, among: ["true", "false"])
          }
        throw OptionMistake("write true or false", help: help)
      }
    }
  }
}

extension OptionForm<Int> {
  /// A number in decimal, without a sign.
  package static func number(_ range: ClosedRange<Int>) -> Self {
    let isOpen = range.upperBound == .max
    let type = isOpen ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
    return Self(type, bounds: isOpen ? nil : type) { text throws(OptionMistake) in
      if let number = decimal(text), range.contains(number) { return number }
      throw OptionMistake("it is a number, \(type)")
    }
  }

  static func number(_ range: PartialRangeFrom<Int>) -> Self { number(range.lowerBound...Int.max) }
}

extension OptionForm<TimeSpan> {
  package static var time: Self {
    Self("time") { text throws(OptionMistake) in
      if let time = TimeSpan(text) { return time }
      throw OptionMistake("a time has its unit: 300ms, 2s, 5m or 1h", help: secondsHelp(text))
    }
  }

  /// A time that an answer may have to wait.
  static func wait(_ range: ClosedRange<Duration>, _ bounds: String) -> Self {
    Self(bounds, bounds: bounds) { text throws(OptionMistake) in
      let time = try OptionForm.time.read(text)
      guard range.contains(time.duration) else { throw OptionMistake("it is \(bounds)\(AnswerTime.reason)") }
      return time
    }
  }
}

extension OptionForm<SyncInterval> {
  package static var period: Self {
    Self("time of 1s or more, off") { text throws(OptionMistake) in
      if let interval = SyncInterval(text) { return interval }
      throw OptionMistake("write off, or a time of a second or more, such as 60s", help: secondsHelp(text))
    }
  }
}

extension OptionForm<Lane> {
  package static var lane: Self {
    Self("k/n") { text throws(OptionMistake) in
      if let lane = Lane(text) { return lane }
      throw OptionMistake("a lane is written k/n with k below n, such as 0/4 to 3/4")
    }
  }
}

extension OptionForm<Endpoint> {
  /// An address, or a port of this machine. Of several addresses each has an option of its own.
  package static var address: Self {
    Self("address") { text throws(OptionMistake) in
      guard !text.contains(",") || text.hasPrefix("unix:") else {
        throw OptionMistake("'\(text)' is a list: repeat the option for each address")
      }
      do throws(Endpoint.Malformed) {
        return try Endpoint(orPort: text)
      } catch { throw OptionMistake(error.description) }
    }
  }

  /// Where a page is shown: an address of TCP, or a port of this machine.
  package static var page: Self {
    Self("address or port") { text throws(OptionMistake) in
      do throws(Endpoint.Malformed) {
        if case .tcp(let host, let port) = try Endpoint(page: text) { return .tcp(host: host, port: port) }
      } catch { throw OptionMistake(error.description) }
      throw OptionMistake("the page speaks plain HTTP: write tcp://HOST:PORT, or a port of the machine itself")
    }
  }
}

extension OptionForm<RightsGrant> {
  static var grant: Self { Self("who=rights") { text throws(OptionMistake) in try RightsGrant(text) } }
}

/// ASCII digits only: `Int` would also take a sign.
private func decimal(_ text: String) -> Int? {
  text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) ? Int(text) : nil
}

private func secondsHelp(_ text: String) -> String? { decimal(text).map { "did you mean '\($0)s'?" } }
