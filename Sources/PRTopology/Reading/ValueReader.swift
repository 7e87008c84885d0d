// SPDX-License-Identifier: Apache-2.0
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

  /// The option's value, or nil after a complaint.
  func value(_ tree: YAMLNode, for option: OptionDefinition) -> Located<OptionValue>? {
    guard let text = text(tree, for: option.key.text) else { return nil }
    do throws(OptionMistake) {
      if [.text, .path].contains(option.kind), text.value.contains("\n") {
        throw OptionMistake("it has several lines")
      }
      return Located(try option.read(text.value), at: text.place)
    } catch {
      let problem = DatabaseURL.withoutPassword(error.text)
      complaints.error(
        .value, at: tree.place, "invalid value \(quoted(text.value)) for '\(option.key.text)': \(problem)",
        help: error.help)
      return nil
    }
  }

  /// An address with its scheme, or nil after a complaint.
  func endpoint(_ text: Located<String>) -> Located<Endpoint>? {
    do throws(Endpoint.Malformed) {
      return Located(try Endpoint(text.value), at: text.place)
    } catch {
      let problem = SourceText.printable(
        DatabaseURL.withoutPassword(error.description).unicodeScalars.prefix(200))
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
    for word in words where !RightsGrant.names.contains(word.value) {
      isSound = false
      let problem =
        word.value == "none"
        ? "stands alone" : "is not a right: write \(Spelling.alternatives(RightsGrant.names)), or none alone"
      complaints.error(
        .value, at: word.place, "\(quoted(word.value)) \(problem)",
        help: Spelling.help(word.value, among: RightsGrant.names))
    }
    return isSound ? Located(words.map(\.value).joined(separator: ","), at: tree.place) : nil
  }

  private static func schemeHelp(_ text: String) -> String? {
    guard let end = text.range(of: "://") else { return nil }
    let scheme = String(text[..<end.lowerBound])
    return Spelling.nearest(to: scheme, among: ["tcp", "tls", "unix"]).flatMap { near in
      near == scheme ? nil : "did you mean '\(near)://'?"
    }
  }
}
