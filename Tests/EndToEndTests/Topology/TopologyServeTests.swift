// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// `headwater serve --topology`.
@Suite("Serving a node of a topology", .ownThreads)
struct TopologyServeTests {
  private static let file = """
    defaults:
      durability: normal
    nodes:
      hq:
        listen: tcp://127.0.0.1:0
        database: data/hq.sqlite3
        ready-file: hq.ready
      reader:
        listen:
          - address: tcp://127.0.0.1:0
            rights: [read]
        database: data/reader.sqlite3
      site:
        upstream: tcp://127.0.0.1:1
        upstream-away: strict
        sync-every: off
        listen: unix:///tmp/headwater-never.sock
        database: data/site.sqlite3
    """

  /// A folder with the file and a folder for databases below it.
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("sub/data"), withIntermediateDirectories: true)
    try folder.write(file, to: "sub/topology.yaml")
    return folder
  }

  private static func server(_ node: String, _ options: [String] = [], in folder: TemporaryFolder) throws
    -> ServerProcess
  {
    // An empty variable means nothing, and keeps the harness from naming a database.
    try ServerProcess(
      ["--topology", "sub/topology.yaml", "--node", node] + options, in: folder, listeners: [],
      environment: ["HEADWATER_DATABASE": ""], expecting: 1)
  }

  @Test("a node serves as its file says; paths are relative to the file")
  func serves() throws {
    let folder = try Self.folder()
    let server = try Self.server("hq", in: folder)
    #expect(try server.connect().ask(Requests.getPR("a-1-r0", "x"))["value"] == .string("0"))
    #expect(folder.exists("sub/data/hq.sqlite3") && folder.exists("sub/hq.ready"))
    try server.stop()
    #expect(!folder.exists("sub/hq.ready"))
  }

  @Test("a node goes by its name in the file, or by the one that the command line says")
  func name() throws {
    let folder = try Self.folder()
    for (options, name) in [([], "hq"), (["--name", "Québec & <b>"], "Québec & <b>")] {
      let server = try Self.server("hq", ["--status", "0"] + options, in: folder)
      #expect(try server.look("/api/status").json["node"]?["name"] == .string(name))
      let shown = name.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      #expect(try server.look("/").body.contains("<title>\(shown), Headwater, root at level 0</title>"))
      let logged = name.contains(" ") ? "node=\"\(name)\"" : "node=\(name) "
      #expect(server.hasLogged(logged), "\(server.log)")
      try server.stop()
    }
  }

  @Test("rights of a listener hold")
  func rights() throws {
    let server = try Self.server("reader", in: try Self.folder())
    #expect(try server.connect().ask(Requests.getPR("a-1-r0", "x"))["value"] == nil)
    try server.stop()
  }

  @Test("what the command line says wins, and the hierarchy numbers as it should")
  func overrides() throws {
    let folder = try Self.folder()
    let hq = try Self.server("hq", ["--database", "elsewhere.sqlite3"], in: folder)
    #expect(folder.exists("elsewhere.sqlite3") && !folder.exists("sub/data/hq.sqlite3"))
    #expect(try hq.connect().ask(Requests.getPR("a-1-r0", "x"))["value"] == .string("0"))
    let site = try Self.server("site", ["--upstream=\(hq.address)", "--listen", "tcp://127.0.0.1:0"], in: folder)
    #expect(try site.connect().ask(Requests.getPR("a-1-r0", "x"))["value"] == .string("0"))
    #expect(try site.connect().ask(Requests.getPR("a-1-r0", "y"))["value"] == .string("0.0"))
    try site.stop()
    try hq.stop()
  }

  @Test("a file with mistakes, a node that is not there and half of the options are refused")
  func refused() throws {
    let tool = try Tool(in: try Self.folder())
    let unknown = try tool.run("serve", "--topology", "sub/topology.yaml", "--node", "sit")
    unknown.failed(saying: "sub/topology.yaml has no node 'sit': did you mean 'site'?")
    try tool.run("serve", "--topology", "no.yaml", "--node", "hq").failed(saying: "cannot read the topology no.yaml")
    try tool.run("serve", "--node", "hq").failed(64, saying: "--topology and --node go together")
    try tool.run("serve", "--name", "").failed(64, saying: "--name is empty")

    try tool.folder.write("nodes:\n  hq:\n    durability: ful\n", to: "bad.yaml")
    let bad = try tool.run("serve", "--topology", "bad.yaml", "--node", "hq")
    #expect(bad.ending == .exit(1) && bad.output == "")
    #expect(bad.errorLines.first?.hasPrefix("bad.yaml:3:17: error: invalid value 'ful' for 'durability'") == true)
  }
}
