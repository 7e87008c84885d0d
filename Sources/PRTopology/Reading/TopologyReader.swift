// SPDX-License-Identifier: Apache-2.0

/// What reading a topology file gave.
package struct TopologyReading: Sendable {
  /// Nil when there are errors.
  package let topology: Topology?
  /// In the order of the file.
  package let diagnostics: [Diagnostic]
}

extension Topology {
  /// Reads a topology file and complains about all that is wrong with it at once.
  ///
  /// - Parameters:
  ///   - bytes: what the file holds.
  ///   - file: its name, as complaints shall say it.
  ///   - certificates: the files that it names. Nil: certificates are not looked for.
  package static func read(
    _ bytes: some Sequence<UInt8>, file: String, certificates: CertificateFiles? = nil
  ) -> TopologyReading {
    let bytes = Array(bytes)
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = String(decoding: bytes.starts(with: byteOrderMark) ? bytes[3...] : bytes[...], as: UTF8.self)
    let source = SourceText(text)
    let complaints = DiagnosticCollector(file: file, source: source)
    if String(validating: bytes, as: UTF8.self) == nil {
      let place = source.firstReplacement ?? .start
      complaints.error(.encoding, at: place, "a byte that is not UTF-8", help: "save the file as UTF-8")
      return TopologyReading(topology: nil, diagnostics: complaints.sorted)
    }
    var builder = TreeBuilder(text, source: source, complaints: complaints)
    let tree = builder.build()
    let topology = tree.flatMap { TopologyReader(complaints).read($0) }
    if let topology {
      var checks = Checks(complaints, files: certificates)
      let checked = checks.check(topology)
      return TopologyReading(topology: complaints.hasErrors ? nil : checked, diagnostics: complaints.sorted)
    }
    return TopologyReading(topology: nil, diagnostics: complaints.sorted)
  }
}

extension SourceText {
  /// Where decoding met a byte that is not UTF-8.
  fileprivate var firstReplacement: SourceLocation? {
    for (number, line) in lines.enumerated() {
      if let column = line.firstIndex(of: "\u{FFFD}") { return SourceLocation(line: number + 1, column: column + 1) }
    }
    return nil
  }
}

/// Reads the top level of a file.
struct TopologyReader {
  private let complaints: DiagnosticCollector
  private static let keys = ["title", "description", "federation", "defaults", "nodes"]

  init(_ complaints: DiagnosticCollector) { self.complaints = complaints }

  func read(_ tree: YAMLNode) -> Topology? {
    guard case .map(let entries) = tree.content else {
      complaints.error(
        .noRoot, at: tree.place,
        tree.isNothing ? "the file describes no node" : "a topology must be a mapping, not \(tree.kind)",
        help: "begin with 'nodes:', and a name for each node below it")
      return nil
    }
    let values = ValueReader(complaints: complaints)
    var title: String?
    var description: String?
    var isManaged = false
    var defaults: [YAMLNode.Entry] = []
    var nodes: YAMLNode.Entry?
    for entry in entries {
      switch entry.key.value {
      case "title": title = values.text(entry.value, for: "title")?.value
      case "description": description = values.text(entry.value, for: "description")?.value
      case "federation": isManaged = self.isManaged(entry.value, values)
      case "defaults": defaults = self.defaults(entry.value)
      case "nodes": nodes = entry
      default: NodeReader(complaints).unknown(entry.key, among: Self.keys, "a topology")
      }
    }
    guard let nodes else {
      complaints.error(
        .noRoot, at: tree.place, "the file describes no node", help: "add 'nodes:', and a name for each node below it")
      return nil
    }
    return Topology(
      title: title, description: description, nodes: self.nodes(nodes, defaults), isManaged: isManaged)
  }

  private func isManaged(_ tree: YAMLNode, _ values: ValueReader) -> Bool {
    guard let word = values.text(tree, for: "federation") else { return false }
    if word.value != "managed" {
      complaints.error(
        .value, at: word.place, "\(quoted(word.value)) is no kind of federation",
        help: "write 'federation: managed', or leave it out for nodes whose lanes and certificates the file names")
    }
    return word.value == "managed"
  }

  private func defaults(_ tree: YAMLNode) -> [YAMLNode.Entry] {
    guard case .map(let entries) = tree.content else {
      if !tree.isNothing {
        complaints.error(.type, at: tree.place, "'defaults' must have keys below it, not \(tree.kind)")
      }
      return []
    }
    // Read once here, so that it is complained about even when there is no node.
    var nobody = TopologyNode(name: Located("", at: tree.place))
    NodeReader(complaints).read(entries, into: &nobody)
    return entries
  }

  private func nodes(_ entry: YAMLNode.Entry, _ defaults: [YAMLNode.Entry]) -> [TopologyNode] {
    guard case .map(let entries) = entry.value.content, !entries.isEmpty else {
      let isEmpty = if case .map = entry.value.content { true } else { entry.value.isNothing }
      complaints.error(
        isEmpty ? .noRoot : .type, at: isEmpty ? entry.key.place : entry.value.place,
        isEmpty
          ? "the file describes no node"
          : "'nodes' must have a name for each node below it, not \(entry.value.kind)")
      return []
    }
    return entries.compactMap { entry in
      guard isName(entry.key) else { return nil }
      var node = TopologyNode(name: entry.key)
      NodeReader(complaints).read(defaults, into: &node)
      node.own = []
      switch entry.value.content {
      case .map(let entries): NodeReader(complaints).read(entries, into: &node)
      case .nothing: break
      case .scalar, .list:
        complaints.error(
          .type, at: entry.value.place, "a node must have keys below its name, not \(entry.value.kind)")
      }
      return node
    }
  }

  /// A name is also a folder's name and a word of a command line, and no address.
  private func isName(_ key: Located<String>) -> Bool {
    let name = key.value
    let isSound =
      !name.isEmpty && name.utf8.count <= 64 && !name.hasPrefix("-") && !name.hasPrefix(".")
      && !name.contains { $0 == "/" || $0 == ":" || $0.isNewline }
      && !name.unicodeScalars.contains(where: SourceText.isControl) && name.first != " " && name.last != " "
    if !isSound {
      complaints.error(
        .name, at: key.place, "\(quoted(name)) is not a name for a node",
        help: "at most 64 bytes, without '/', ':' and control characters, and neither '.' nor '-' in front")
    }
    return isSound
  }
}

extension YAMLNode {
  var isNothing: Bool { if case .nothing = content { true } else { false } }
}
