// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A federation that runs, and its topology file", .ownThreads)
struct LiveTopologyTests {
  @Test("export, check and diff of three nodes that joined; then one retires, and the file changes")
  func story() throws {
    let authority = try ManagedNode.authority(serving: ["--status", "0"])
    let pune = try authority.member("pune", hasMembers: true)
    let kernel = try pune.member("kernel")
    _ = try authority.invite("delhi")
    let server = try #require(authority.server).address.description
    let tool = try Tool()
    try tool.run("topology", "export", "--server", server, "--output", "live.yaml").succeeded()
    let file = try String(contentsOfFile: tool.folder.path("live.yaml"), encoding: .utf8)
    #expect(file.contains("    upstream: pune\n") && file.contains("    listen: ['tls://\(pune.address)', "))
    #expect(
      try tool.run("topology", "check", "live.yaml").succeeded().output
        == "live.yaml: 3 nodes on 3 levels, good to serve\n")
    for command in [["graph", "live.yaml"], ["export", "--server", server]] {
      try tool.run(["topology"] + command).succeeded()
    }
    let invited = try tool.run("topology", "diff", "live.yaml", "--server", server)
    #expect(invited.ending == .exit(1) && invited.errors == "")
    #expect(invited.output == "delhi: it is invited below authority, and the plan has no such node\n")
    try authority.run(["federation", "revoke", "delhi"])
    // The server reads the register again.
    try authority.server?.wait { try tool.run("topology", "diff", "live.yaml", "--server", server).output == "" }
    #expect(try tool.run("topology", "diff", "live.yaml", "--server", server).succeeded().output == "")

    try authority.run(["federation", "retire", "kernel"])
    try kernel.wait { try authority.entry("kernel")?["state"]?.string == "retired" }
    try authority.server?.wait {
      try tool.run("topology", "diff", "live.yaml", "--server", server).output == "kernel: it has retired\n"
    }
    try tool.folder.write(
      file.replacing("  kernel:", with: "  linux:").replacing("tls://\(pune.address)", with: "tls://127.0.0.1:1"),
      to: "other.yaml")
    let other = try tool.run("topology", "diff", "--json", "other.yaml", "--server", server)
    #expect(other.ending == .exit(1))
    let found = try JSONValue(other.output).elements.map { "\($0["node"]?.string ?? "") \($0["kind"]?.string ?? "")" }
    #expect(found == ["pune address", "linux missing"])
    for node in [kernel, pune, authority] { try node.stop() }
  }

  @Test("a plan that cannot be read, and a server that is no authority, are trouble and no difference: exit 2")
  func trouble() throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune")
    let tool = try Tool()
    try tool.folder.write("federation: managed\nnodes:\n  hq: {listen: 'tls://127.0.0.1:8586'}\n", to: "plan.yaml")
    try tool.folder.write("nodes:\n  hq: {colour: blue}\n", to: "bad.yaml")
    let (top, below) = (
      try #require(authority.server).address.description, try #require(pune.server).address.description
    )
    func diff(_ file: String, _ server: String, saying words: String, sourceLocation: SourceLocation = #_sourceLocation)
      throws
    {
      let outcome = try tool.run("topology", "diff", file, "--server", server)
      #expect(outcome.ending == .exit(2) && outcome.output == "", sourceLocation: sourceLocation)
      #expect(outcome.errors.contains(words), "\(outcome.errors)", sourceLocation: sourceLocation)
    }
    try diff("bad.yaml", top, saying: "unknown key 'colour'")
    try diff("none.yaml", top, saying: "cannot read the topology none.yaml")
    try diff("plan.yaml", below, saying: "is the member pune of hq.example")
    try diff("plan.yaml", "tcp://127.0.0.1:1", saying: "127.0.0.1:1")
    let alone = try ServerProcess([])
    try diff("plan.yaml", alone.address.description, saying: "is not part of a federation")
    try alone.stop()
    try tool.run("topology", "export", "--server", below).failed(saying: "name the authority at \(authority.address)")
    try authority.run(["federation", "retire", "pune"])
    for node in [pune, authority] { try node.stop() }
  }

  @Test("a server prints the tree as its database does, over TLS too; a member prints its own part")
  func tree() throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune", hasMembers: true)
    let kernel = try pune.member("kernel")
    let tool = try Tool()
    /// Without times, which go on.
    func shape(_ text: String) -> [String] {
      text.split(separator: "\n").map { $0.components(separatedBy: "  seen")[0] }
    }
    let expected = [
      "hq.example  authority at \(authority.address)", "└─ pune  level 1  lane 0/256",
      "   └─ kernel  level 2  lane 0/256",
    ]
    #expect(shape(try authority.run(["federation"])) == expected)
    let plain = try #require(authority.server).address.description
    #expect(shape(try tool.run("federation", "--server", plain).succeeded().output) == expected)
    let keys = kernel.folder.path("prserv.sqlite3.keys")
    let tls = [
      "--tls-certificate", "\(keys)/node.pem", "--tls-key", "\(keys)/node.pem", "--tls-trust", "\(keys)/trust.pem",
    ]
    let address = "tls://\(authority.address)"
    #expect(shape(try tool.run(["federation", "--server", address] + tls).succeeded().output) == expected)
    try tool.run(["federation", "--server", address, "--tls-trust", "\(keys)/trust.pem"])
      .failed(saying: "this is for members of the federation")

    let own = try #require(kernel.server)
    let place = try tool.run("federation", "--server", own.address.description).succeeded().output
    #expect(place.hasPrefix("hq.example  authority at \(authority.address)  (as kernel sees it)\n└─ pune"))
    // The page and the command have one shape.
    let said = try JSONValue(tool.run("federation", "--json", "--server", own.address.description).succeeded().output)
    let page = try own.look("/api/federation").json
    for key in ["name", "addresses", "lanes"] { #expect(said[key] == page[key] && said[key] != nil, "\(key)") }
    let names = { (value: JSONValue) in value["members"]?.elements.compactMap { $0["name"]?.string } ?? [] }
    #expect(names(said).sorted() == names(page).sorted() && names(page) == ["authority", "pune", "kernel"])
    for node in [kernel, pune, authority] { try node.stop() }
  }
}
