// SPDX-License-Identifier: Apache-2.0
import PRWire
import Testing

@testable import PRTopology

/// Each row of the table of options has a key in a topology file.
@Suite("Keys of the table of options")
struct OptionKeyTests {
  /// Each option of the table takes one of these, or has words.
  private static let examples = ["true", "7", "0/1", "3s", "9585", "60"]

  private static let rows = ServeOptions.all.filter { if case .word = $0.key { true } else { false } }

  @Test("a key gives the value of its option, and another value is refused at its place", arguments: rows.indices)
  func read(row: Int) throws {
    let option = Self.rows[row]
    let example = try #require((option.words + Self.examples).last { (try? option.read($0)) != nil })
    let reading = Self.read(option.key.text, example)
    var given = OptionValues()
    given.set(option, try option.read(example))
    #expect(reading.node.options == given && reading.complaints == [], "\(option.key.text)")
    if ![.text, .path].contains(option.kind) {
      let broken = Self.read(option.key.text, "?")
      #expect(broken.node.options == OptionValues() && broken.node.unsound == [option.key.text])
      #expect(broken.complaints.count == 1)
      #expect(broken.complaints.first?.hasPrefix("invalid value '?' for '\(option.key.text)': ") == true)
    }
  }

  @Test("a key with a structure is one that the reader of nodes has, or the node's name")
  func structured() {
    let keys = ServeOptions.all.filter { if case .structure = $0.key { true } else { false } }.map(\.key.text)
    #expect(Set(keys).subtracting(NodeKeys.structured) == ["nodes"])
  }

  /// Reads a node with one key. Rules between keys are not looked at.
  private static func read(_ key: String, _ value: String) -> (node: TopologyNode, complaints: [String]) {
    let parts = key.split(separator: ".")
    let text = parts.count == 2 ? "\(parts[0]): {\(parts[1]): '\(value)'}" : "\(key): '\(value)'"
    let source = SourceText(text)
    let complaints = DiagnosticCollector(file: "t.yaml", source: source)
    var builder = TreeBuilder(text, source: source, complaints: complaints)
    var node = TopologyNode(name: Located("a", at: SourceLocation(line: 1, column: 1)))
    if case .map(let entries) = builder.build()?.content { NodeReader(complaints).read(entries, into: &node) }
    return (node, complaints.sorted.map(\.message))
  }
}
