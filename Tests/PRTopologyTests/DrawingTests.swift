// SPDX-License-Identifier: Apache-2.0
import Foundation
import FoundationXML
import PRTopology
import Testing

/// Pictures: nothing is left out, and nothing in a file becomes part of the picture's own language.
@Suite("Drawings")
struct DrawingTests {
  @Test("a picture has every node and every link", arguments: TopologyFiles.good, Drawing.Format.allCases)
  func complete(name: String, format: Drawing.Format) throws {
    let topology = try #require(try TopologyFiles.topology(name))
    let picture = Drawing(topology).text(format)
    for node in topology.nodes {
      let written = format == .mermaid ? node.name.value.replacing(".", with: "#46;") : node.name.value
      #expect(picture.contains(written))
    }
    let links = topology.nodes.map(\.upstreams.count).reduce(0, +)
    #expect(Self.linkCount(picture, format) == links)
  }

  private static func linkCount(_ picture: String, _ format: Drawing.Format) -> Int {
    switch format {
    case .mermaid:
      picture.split(separator: "\n").count { $0.hasPrefix("  n") && $0.contains(">|") || $0.contains("-->|") }
    case .dot: picture.split(separator: "\n").count { $0.contains(" -> ") }
    case .svg: picture.split(separator: "\n").count { $0.contains("marker-end=") }
    }
  }

  @Test("the SVG is sound XML that asks nobody for anything and runs nothing", arguments: TopologyFiles.good)
  func standsAlone(name: String) throws {
    let svg = Drawing(try #require(try TopologyFiles.topology(name))).text(.svg)
    #expect(try Elements(svg).names.isSubset(of: Self.harmless))
    #expect(!svg.contains("href") && !svg.contains("url(http") && !svg.contains("@import"))
    #expect(svg.contains("prefers-color-scheme:dark"))
  }

  private static let harmless: Set<String> = [
    "svg", "title", "desc", "style", "defs", "marker", "g", "rect", "path", "text",
  ]

  private static let hostile = """
    title: "</title><script>alert(1)</script>"
    description: "]]> --> <!-- \\" onload=alert(1) & more"
    nodes:
      "\\"]; click n0 call x() %%{init}%% <img src=x onerror=y()>":
        description: "</text></svg><script>alert(2)<\\/script> `x` | \\\\ \\" -> n9; \\n n0 ==> n7"
        listen: "unix:///run/<b onclick='alert(3)'>.sock"
        sync-every: off
      "<script>":
        host: a.example
        upstream: "tls://x.example:8585"
        tls: {name: "'\\"<x>"}
    """

  @Test("what a name or a description says is shown, not done")
  func injection() throws {
    let reading = Topology.read(Self.hostile.utf8, file: "hostile.yaml")
    let topology = try #require(reading.topology, "\(reading.diagnostics)")
    let svg = Drawing(topology).text(.svg)
    let elements = try Elements(svg)
    #expect(elements.names.isSubset(of: Self.harmless))
    #expect(!elements.attributes.contains { $0.hasPrefix("on") || $0.hasSuffix("href") })
    #expect(svg.contains("&lt;script&gt;"))

    let mermaid = Drawing(topology).text(.mermaid)
    #expect(!mermaid.contains("<script") && !mermaid.contains("<img") && !mermaid.contains("click n0 call x()"))
    #expect(mermaid.split(separator: "\n").count { $0.contains("|TLS|") || $0.contains("==> n7") } == 1)

    let dot = Drawing(topology).text(.dot)
    #expect(
      dot.split(separator: "\n").count { $0.hasPrefix("  n") && $0.contains(" -> n") && $0.contains("penwidth") } == 1)
    #expect(!dot.contains("label=\"\"];"))
  }

  private static let shared = """
    nodes:
      hq-1: {host: a.example, database: 'postgresql://u:secret@db1,db2/x'}
      team: {host: t.example, listen: 'tcp://0.0.0.0:8585', database: 'postgresql://db3/y?password=secret'}
      hq-2: {host: b.example, database: 'postgres://v@DB2,db1:5432/x?sslpassword=secret'}
    """

  @Test("nodes with one store stand side by side, in a frame without a password", arguments: Drawing.Format.allCases)
  func stores(format: Drawing.Format) throws {
    let topology = try #require(Topology.read(Self.shared.utf8, file: "t.yaml").topology)
    #expect(topology.authorities.map(\.nodes) == [[0, 2], [1]])
    let picture = Drawing(topology).text(format)
    #expect(!picture.contains("secret"))
    switch format {
    case .mermaid:
      let frame = try #require(picture.split(separator: "    subgraph s0").last?.split(separator: "    end\n").first)
      #expect(frame.contains("n0[") && frame.contains("n2[") && !frame.contains("n1["))
    case .dot: #expect(picture.contains("postgresql://db1,db2/x") && picture.contains("{ rank=same; n0; n2; }"))
    case .svg:
      #expect(picture.components(separatedBy: "class=\"frame\"").count == 4, "two frames, and one in the legend")
      #expect(picture.contains(">postgresql://db1,db2/x</text>"))
      // Two cards with the gap between two, and one card, with their edges.
      #expect(picture.contains("width=\"506\"") && picture.contains("width=\"248\""))
    }
  }

  @Test("a node at the end of a long chain, and a server outside, have their places")
  func rows() throws {
    var text = "nodes:\n  n0: {upstream: 'tls://far.example:8585', listen: 'tcp://127.0.0.1:9000'}\n"
    for number in 1...14 {
      text += "  n\(number): {upstream: n\(number - 1), listen: 'tcp://127.0.0.1:\(9000 + number)'}\n"
    }
    let topology = try #require(Topology.read(text.utf8, file: "chain.yaml").topology)
    #expect(topology.nodes.map(\.level) == Array(1...15))
    let svg = Drawing(topology).text(.svg)
    for level in 1...15 { #expect(svg.contains(">level \(level)<")) }
    #expect(svg.contains(">outside<") && svg.contains(">far.example<"))
  }
}

/// The elements and attributes of a text that has to be XML.
private final class Elements: NSObject, XMLParserDelegate {
  private(set) var names: Set<String> = []
  private(set) var attributes: Set<String> = []

  init(_ text: String) throws {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    names.insert(name)
    self.attributes.formUnion(attributes.keys)
  }
}
