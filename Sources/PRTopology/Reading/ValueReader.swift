// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// Reads single values, and complains about those that are not what their key wants.
struct ValueReader {
  let complaints: DiagnosticCollector

  /// A text, or nil after a complaint.
  func text(_ tree: YAMLNode, for key: String) -> Located<String>? {
    if let text = tree.text, !text.isEmpty {
      if !text.unicodeScalars.contains(where: { SourceText.isControl($0) && $0 != "\n" }) { return text }
      complaints.error(.value, at: tree.place, "'\(key)' holds control characters")
      return nil
    }
    complaints.error(.type, at: tree.place, "'\(key)' must be a text, not \(tree.kind)")
    return nil
  }

  /// The setting's value in the words of the command line, or nil after a complaint.
  func value(_ tree: YAMLNode, for setting: Setting) -> Located<String>? {
    guard let text = text(tree, for: setting.key) else { return nil }
    guard let problem = problem(of: text.value, tree, setting) else { return text }
    complaints.error(
      .value, at: tree.place, "invalid value \(quoted(text.value)) for '\(setting.key)': \(problem.text)",
      help: problem.help)
    return nil
  }

  private func problem(of text: String, _ tree: YAMLNode, _ setting: Setting) -> (text: String, help: String?)? {
    switch setting.kind {
    case .text, .path: return text.contains("\n") ? ("it has several lines", nil) : nil
    case .flag: return Self.flag(tree) == nil ? ("write true or false", Self.flagHelp(text)) : nil
    case .word(let words):
      guard !words.contains(text) else { return nil }
      return ("write \(Spelling.alternatives(words))", Spelling.help(text, among: words))
    case .count(let range):
      if Self.count(text).map(range.contains) ?? false { return nil }
      let most = range.upperBound == Int(clamping: Int32.max) ? "or more" : "to \(range.upperBound)"
      return ("it is a number, \(range.lowerBound) \(most)", nil)
    case .time: return Self.milliseconds(text) == nil ? (ValueForm.time, Self.timeHelp(text)) : nil
    case .wait(let wait):
      guard let time = Self.milliseconds(text) else { return (ValueForm.time, Self.timeHelp(text)) }
      return wait.range.contains(.milliseconds(time)) ? nil : ("it is \(wait.text)", nil)
    case .period:
      if text == "off" || Self.milliseconds(text).map({ $0 >= 1000 }) ?? false { return nil }
      return (ValueForm.period, Self.timeHelp(text))
    case .lane:
      guard Lane(text) == nil else { return nil }
      return (ValueForm.lane, nil)
    case .page:
      do throws(Endpoint.Malformed) {
        if case .tcp = try Endpoint(page: text) { return nil }
        return ("the page speaks plain HTTP: write tcp://HOST:PORT, or a port of the machine itself", nil)
      } catch { return (error.description, nil) }
    }
  }

  /// An address with its scheme, or nil after a complaint.
  func endpoint(_ text: Located<String>) -> Located<Endpoint>? {
    do throws(Endpoint.Malformed) {
      return Located(try Endpoint(text.value), at: text.place)
    } catch {
      let problem = SourceText.printable(error.description.unicodeScalars.prefix(200))
      complaints.error(.address, at: text.place, problem, help: Self.schemeHelp(text.value))
      return nil
    }
  }

  /// Words joined by commas, from a text or a list; or nil after a complaint.
  func rights(_ tree: YAMLNode) -> Located<String>? {
    let words: [Located<String>]
    switch tree.content {
    case .list(let items):
      words = items.compactMap { text($0, for: "rights") }
      guard words.count == items.count, !words.isEmpty else {
        if items.isEmpty { complaints.error(.type, at: tree.place, "'rights' is an empty list", help: "write none") }
        return nil
      }
    case .scalar(let text, _):
      words = text.split(separator: ",", omittingEmptySubsequences: false)
        .map { Located(String($0.drop { $0 == " " }), at: tree.place) }
    case .nothing, .map:
      complaints.error(.type, at: tree.place, "'rights' must be a list of words, not \(tree.kind)")
      return nil
    }
    if words.map(\.value) == ["none"] { return Located("none", at: tree.place) }
    var isSound = true
    for word in words where !Self.rightNames.contains(word.value) {
      isSound = false
      let problem =
        word.value == "none"
        ? "stands alone" : "is not a right: write \(Spelling.alternatives(Self.rightNames)), or none alone"
      complaints.error(
        .value, at: word.place, "\(quoted(word.value)) \(problem)",
        help: Spelling.help(word.value, among: Self.rightNames))
    }
    return isSound ? Located(words.map(\.value).joined(separator: ","), at: tree.place) : nil
  }

  static let rightNames = ["read", "allocate", "import", "admin", "predict"]

  private static func flag(_ tree: YAMLNode) -> Bool? {
    switch tree.text?.value {
    case "true": true
    case "false": false
    default: nil
    }
  }

  private static func flagHelp(_ text: String) -> String? {
    switch text.lowercased() {
    case "yes", "on", "1", "y": "did you mean 'true'?"
    case "no", "off", "0", "n": "did you mean 'false'?"
    default: Spelling.help(text, among: ["true", "false"])
    }
  }

  private static func timeHelp(_ text: String) -> String? { count(text).map { "did you mean '\($0)s'?" } }

  /// ASCII digits only: `Int` would also take a sign.
  static func count(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) ? Int(text) : nil
  }

  /// As the command line reads times.
  static func milliseconds(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = count(digits), number <= 1_000_000_000 else { return nil }
    let unit = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000][String(text.dropFirst(digits.count))]
    return unit.map { number * $0 }
  }

  private static func schemeHelp(_ text: String) -> String? {
    guard let end = text.range(of: "://") else { return nil }
    let scheme = String(text[..<end.lowerBound])
    return Spelling.nearest(to: scheme, among: ["tcp", "tls", "unix"]).flatMap { near in
      near == scheme ? nil : "did you mean '\(near)://'?"
    }
  }
}
