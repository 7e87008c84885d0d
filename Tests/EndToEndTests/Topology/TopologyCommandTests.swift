// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// `headwater topology check` and `graph`.
@Suite("Topology commands", .ownThreads)
struct TopologyCommandTests {
  private static let good =
    "nodes:\n  hq:\n    listen: tcp://127.0.0.1:8585\n  site:\n    upstream: hq\n    listen: tcp://127.0.0.1:8586\n"

  @Test("a good file is told to be good")
  func good() throws {
    let tool = try Tool()
    try tool.folder.write(Self.good, to: "good.yaml")
    let outcome = try tool.run("topology", "check", "good.yaml").succeeded()
    #expect(outcome.output == "good.yaml: 2 nodes on 2 levels, good to serve\n")
  }

  @Test("mistakes are shown at their places, file by file; exit 1")
  func mistakes() throws {
    let tool = try Tool()
    try tool.folder.write(Self.good, to: "good.yaml")
    try tool.folder.write(Self.good.replacing("hq\n    listen", with: "hp\n    listen"), to: "bad.yaml")
    let outcome = try tool.run("topology", "check", "bad.yaml", "good.yaml")
    #expect(outcome.ending == .exit(1) && outcome.errors == "")
    #expect(
      outcome.output == """
        bad.yaml:5:15: error: there is no node 'hp'
            upstream: hp
                      ^
          help: did you mean 'hq'?
        good.yaml: 2 nodes on 2 levels, good to serve

        """)
  }

  @Test("as JSON")
  func json() throws {
    let tool = try Tool()
    try tool.folder.write(Self.good, to: "good.yaml")
    #expect(try JSONValue(tool.run("topology", "check", "--json", "good.yaml").succeeded().output).elements.isEmpty)
    try tool.folder.write("nodes:\n  hq:\n    colour: blue\n", to: "bad.yaml")
    let outcome = try tool.run("topology", "check", "--json", "bad.yaml")
    #expect(outcome.ending == .exit(1))
    let first = try #require(try JSONValue(outcome.output).elements.first)
    #expect(first["file"] == .string("bad.yaml") && first["rule"] == .string("unknown-key"))
    #expect(first["severity"] == .string("error") && first["message"] == .string("unknown key 'colour'"))
  }

  @Test("certificates are looked for beside the file, not where the tool runs")
  func certificates() throws {
    let tool = try Tool()
    try FileManager.default.createDirectory(atPath: tool.folder.path("sub/tls"), withIntermediateDirectories: true)
    let listener =
      "    listen: tls://0.0.0.0:8586\n    tls: {certificate: tls/a.pem, key: tls/a.key, trust: tls/ca.pem}\n"
    try tool.folder.write("nodes:\n  hq:\n" + listener, to: "sub/t.yaml")
    for name in ["a.pem", "ca.pem"] { try tool.folder.write("", to: "sub/tls/\(name)") }
    let outcome = try tool.run("topology", "check", "sub/t.yaml")
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output.hasPrefix("sub/t.yaml:4:40: error: there is no file 'tls/a.key' for 'hq'\n"))
    try tool.folder.write("", to: "sub/tls/a.key")
    try tool.run("topology", "check", "sub/t.yaml").succeeded()
  }

  @Test("pictures come in three languages, to standard output or a file", arguments: ["mermaid", "dot", "svg"])
  func graph(format: String) throws {
    let tool = try Tool()
    try tool.folder.write(Self.good, to: "good.yaml")
    let picture = try tool.run("topology", "graph", "good.yaml", "--format", format).succeeded().output
    #expect(picture.contains("site"))
    try tool.run("topology", "graph", "good.yaml", "--output", "p", environment: ["HEADWATER_FORMAT": format])
      .succeeded()
    #expect(try tool.folder.read("p") == picture)
  }

  @Test("a file with mistakes is not drawn")
  func notDrawn() throws {
    let tool = try Tool()
    try tool.folder.write("nodes:\n", to: "bad.yaml")
    let outcome = try tool.run("topology", "graph", "bad.yaml")
    #expect(outcome.ending == .exit(1) && outcome.output == "")
    #expect(outcome.errorLines.first == "bad.yaml:1:1: error: the file describes no node")
  }
}
