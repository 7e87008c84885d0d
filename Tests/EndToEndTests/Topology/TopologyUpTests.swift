// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// `headwater topology up`, as a person at a terminal uses it.
@Suite("Trying a topology", .ownThreads)
struct TopologyUpTests {
  private static let file = """
    nodes:
      hq:
        listen: tcp://127.0.0.1:8585
      site:
        upstream: hq
        listen: unix:///run/headwater.sock
    """

  private static func folder(_ text: String = file) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "t.yaml")
    return folder
  }

  @Test("a table says where the nodes are; their logs are one; nothing is left at the end")
  func table() throws {
    let folder = try Self.folder()
    let up = try ChildProcess(
      Product.headwater.path, ["topology", "up", "t.yaml"], environment: ["TMPDIR": folder.path], in: folder.path)
    #expect(up.output.wait { $0.hasSuffix("Ctrl-C stops all.\n") }, "\(up.errors.text)")
    let words = up.output.lines.map { $0.split(separator: " ").map(String.init) }
    #expect(words[0] == ["NODE", "ANSWERS", "ON", "ASKS", "STATUS", "PAGE", "PROCESS"])
    #expect(words[1][0] == "hq" && words[2][0] == "site" && words[2][2] == "hq")
    let site = try RawConnection(to: try Address(words[2][1]))
    #expect(try site.ask(Requests.getPR("a-1-r0", "x"))["value"] == .string("0.0"))
    let page = try HTTPAnswer("/", at: try Address(words[1][3].replacing("http", with: "tcp")))
    #expect(page.status == 200 && page.body.contains("<title>hq, "), "each page says whose it is")
    #expect(try folder.names.contains { $0.hasPrefix("headwater-up-") })
    up.signal(SIGINT)
    #expect(try up.wait() == .exit(0))
    let log = up.errors.text.split(separator: "\n")
    #expect(log.allSatisfy { $0.hasPrefix("hq   | ") || $0.hasPrefix("site | ") }, "\(log)")
    let ends = log.filter { $0.hasSuffix(" info stopped") }.map { $0.prefix(4) }
    #expect(ends == ["site", "hq  "], "those below end first")
    #expect(try folder.names == ["t.yaml"])
  }

  @Test("a node that ended is started again by Enter, where it was")
  func again() throws {
    let folder = try Self.folder()
    let keys = folder.path("keys")
    #expect(mkfifo(keys, 0o600) == 0)
    let up = try ChildProcess(
      "/bin/sh", ["-c", "exec \(Product.headwater.path) topology up t.yaml --json < keys"],
      environment: ["TMPDIR": folder.path], in: folder.path)
    let keyboard = open(keys, O_WRONLY | O_CLOEXEC)
    defer { close(keyboard) }
    #expect(up.output.wait { $0.hasSuffix("\n") }, "\(up.errors.text)")
    let hq = try #require(try JSONValue(up.output.text)["nodes"]?.elements.first)
    guard case .integer(let pid)? = hq["pid"] else { throw Failure("\(hq)") }
    kill(pid_t(pid), SIGKILL)
    #expect(up.errors.wait { $0.contains("hq   | ended by signal 9; Enter starts it again\n") })
    #expect(write(keyboard, "\n", 1) == 1)
    #expect(up.errors.wait { $0.components(separatedBy: "hq   | status on ").count == 3 }, "\(up.errors.text)")
    let address = try Address(try #require(hq["listen"]?.elements.first?.string))
    #expect(try RawConnection(to: address).ask(Requests.ping) == .alive)
    up.signal(SIGTERM)
    #expect(try up.wait() == .exit(0))
  }

  @Test("no node outlives it, however it ends")
  func killed() throws {
    let folder = try Self.folder()
    let up = try ChildProcess(
      Product.headwater.path, ["topology", "up", "t.yaml", "--json", "--directory", "d"], in: folder.path)
    #expect(up.output.wait { $0.hasSuffix("\n") }, "\(up.errors.text)")
    try Tool(in: folder).run("topology", "up", "t.yaml", "--directory", "d")
      .failed(saying: "another 'topology up' has the folder")
    let connections = try JSONValue(up.output.text)["nodes"]?.elements.map { node in
      try RawConnection(to: try Address(node["listen"]?.elements.first?.string ?? ""))
    }
    up.signal(SIGKILL)
    #expect(try up.wait() == .signal(SIGKILL))
    for connection in try #require(connections) { #expect(connection.isClosedSilently) }
  }

  @Test("the ports are those that were asked for, as far as they are free")
  func ports() throws {
    let taken = try LocalListener { close($0) }
    let first = try #require(taken.address.port)
    let folder = try Self.folder()
    let up = try ChildProcess(
      Product.headwater.path, ["topology", "up", "t.yaml", "--json", "--first-port", "\(first)"],
      environment: ["TMPDIR": folder.path], in: folder.path)
    #expect(up.output.wait { $0.hasSuffix("\n") }, "\(up.errors.text)")
    let listener = try JSONValue(up.output.text)["nodes"]?.elements.first?["listen"]?.elements.first?.string ?? ""
    #expect(try Address(listener).port.map { $0 > first } == true, "\(listener)")
    up.signal(SIGINT)
    #expect(try up.wait() == .exit(0))
  }

  @Test("there may be too few ports")
  func fewPorts() throws {
    let tool = try Tool(in: try Self.folder())
    try tool.run("topology", "up", "t.yaml", "--first-port", "65535").failed(saying: "not enough free ports")
  }

  @Test("mistakes are told as 'check' tells them, and nothing is started")
  func mistakes() throws {
    let tool = try Tool(in: try Self.folder("nodes:\n  hq:\n    durability: ful\n"))
    let outcome = try tool.run("topology", "up", "t.yaml")
    #expect(outcome.ending == .exit(1) && outcome.output == "")
    #expect(outcome.errorLines.first?.hasPrefix("t.yaml:3:17: error: invalid value 'ful' for 'durability'") == true)
    try tool.run("topology", "up", "no.yaml").failed(saying: "cannot read the topology no.yaml")
    try tool.run("topology", "up", "t.yaml", "--first-port", "0").failed(64, saying: "--first-port is 1 to 65535")
    try tool.folder.write("", to: "file")
    try tool.folder.write(Self.file, to: "t.yaml")
    try tool.run("topology", "up", "t.yaml", "--directory", "file").failed(
      saying: "cannot make the folder", "a file has its name")
    try tool.run("topology", "up", "t.yaml", "--directory", "").failed(64, saying: "--directory is empty")
    try tool.run("topology", "up", ".").failed(saying: "the topology . is a folder")
  }
}
