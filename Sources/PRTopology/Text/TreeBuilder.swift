// SPDX-License-Identifier: Apache-2.0
import Yams

/// Reads YAML. What is wrong with it as YAML is complained about here: syntax, repeated keys, size.
struct TreeBuilder {
  let complaints: DiagnosticCollector
  private(set) var source: SourceText
  private var original: String
  /// Keys that stood a second time in their mapping, by their place, as the file spells them.
  private var repeated: [SourceLocation: String] = [:]
  private var budget = 50_000

  private static let maximumRepeated = 200
  static let largestFile = 1 << 20

  init(_ text: String, source: SourceText, complaints: DiagnosticCollector) {
    original = text
    self.source = source
    self.complaints = complaints
  }

  /// - Returns: nil when it is no YAML, which has been complained about.
  mutating func build() -> YAMLNode? {
    guard original.utf8.count <= Self.largestFile else {
      complaints.error(.syntax, at: .start, "the file is larger than 1 MiB, which no topology is")
      return nil
    }
    guard let root = compose() else { return nil }
    let tree = convert(root)
    if budget < 0 {
      complaints.error(.syntax, at: .start, "the file has more than 50000 values once its aliases are filled in")
      return nil
    }
    return tree
  }

  /// Yams stops at a mapping in which a key stands twice. Here the first one of the two is masked, so that the rest of
  /// the file can be read and all is complained about at once.
  private mutating func compose() -> Node? {
    var text = original
    while true {
      do {
        return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
          ?? Node("")
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let place = SourceLocation(line: context.mark.line, column: context.mark.column)
        guard let key = keys.first, let masked = mask(place) else {
          complaints.error(.duplicateKey, at: place, "the key \(quoted(keys.first ?? "")) occurs more than once here")
          return nil
        }
        repeated[place] = key
        text = masked
      } catch {
        // A masked key may stand where YAML cares: then what was found so far has to do.
        if repeated.isEmpty { complain(error) } else { complainAboutRepeated() }
        return nil
      }
    }
  }

  private func complainAboutRepeated() {
    for (place, key) in repeated {
      complaints.error(.duplicateKey, at: place, "the key \(quoted(key)) occurs more than once here")
    }
  }

  /// The text with the key at a place made unlike all others, every column where it was.
  private mutating func mask(_ place: SourceLocation) -> String? {
    guard repeated.count < Self.maximumRepeated, repeated[place] == nil,
      let mask = Unicode.Scalar(UInt32(clamping: 0xE000 + repeated.count)),
      let first = source.scalar(at: place)
    else { return nil }
    let isQuote = first == "\"" || first == "'"
    let column = place.column - 1 + (isQuote ? 1 : 0)
    guard source.line(place.line).indices.contains(column), source.line(place.line)[column] != first || !isQuote else {
      return nil
    }
    source.replace(line: place.line, column: column, with: mask)
    return source.joined
  }

  private mutating func convert(_ node: Node) -> YAMLNode {
    budget -= 1
    let place = node.mark.map { SourceLocation(line: $0.line, column: $0.column) } ?? .start
    guard budget >= 0 else { return YAMLNode(content: .nothing, place: place) }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      let isNothing = isPlain && ["", "~", "null"].contains(scalar.string)
      return YAMLNode(content: isNothing ? .nothing : .scalar(scalar.string, isQuoted: !isPlain), place: place)
    case .sequence(let sequence):
      var items: [YAMLNode] = []
      for item in sequence { items.append(convert(item)) }
      return YAMLNode(content: .list(items), place: place)
    case .mapping(let mapping): return YAMLNode(content: .map(entries(mapping)), place: place)
    // Composing fills aliases in.
    case .alias: return YAMLNode(content: .nothing, place: place)
    }
  }

  private mutating func entries(_ mapping: Node.Mapping) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var first: [String: SourceLocation] = [:]
    for (key, value) in mapping {
      let value = convert(value)
      let place = key.mark.map { SourceLocation(line: $0.line, column: $0.column) } ?? value.place
      guard case .scalar(let scalar) = key else {
        complaints.error(.type, at: place, "a key is a word here, not a list or a mapping")
        continue
      }
      let name = repeated[place] ?? scalar.string
      if let earlier = first[name] {
        complaints.error(
          .duplicateKey, at: place, "the key \(quoted(name)) occurs here a second time",
          help: "the first one is in line \(earlier.line); keep one of them")
        continue
      }
      first[name] = place
      entries.append(YAMLNode.Entry(key: Located(name, at: place), value: value))
    }
    return entries
  }
}

extension SourceText {
  mutating func replace(line: Int, column: Int, with scalar: Unicode.Scalar) {
    lines[line - 1][column] = scalar
  }

  var joined: String {
    lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
  }
}
