// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

@Suite("headwater get, test, max and ping", .ownThreads)
struct QuestionTests {
  private func withTool(_ options: [String] = [], _ body: (_ tool: Tool, _ server: String) throws -> Void) throws {
    try withServer(options) { server in try body(Tool(), "\(server.address)") }
  }

  @Test("print the answer")
  func answers() throws {
    try withTool { tool, server throws in
      #expect(try tool.run("get", "a", "p", "c0", "--server", server).succeeded().output == "0\n")
      #expect(try tool.run("get", "a", "p", "c1", "--server", server).succeeded().output == "1\n")
      #expect(try tool.run("get", "a", "p", "c0", "--server", server).succeeded().output == "2\n")
      #expect(try tool.run("get", "a", "p", "c0", "--history", "--server", server).succeeded().output == "0\n")
      #expect(try tool.run("test", "a", "p", "c0", "--server", server).succeeded().output == "2\n")
      #expect(try tool.run("test", "a", "p", "c0", "--history", "--server", server).succeeded().output == "0\n")
      #expect(try tool.run("test", "a", "p", "none", "--server", server).succeeded().output == "unknown\n")
      #expect(try tool.run("max", "a", "p", "--server", server).succeeded().output == "2\n")
      #expect(try tool.run("max", "b", "p", "--server", server).succeeded().output == "unknown\n")
      #expect(try tool.run("ping", "--server", server).succeeded().output.contains("\(server) answers"))
    }
  }

  @Test("print JSON when asked")
  func json() throws {
    try withTool { tool, server throws in
      let question = ["--json", "--server", server]
      #expect(try JSONValue(tool.run(["get", "a", "p", "c"] + question).succeeded().output) == .value("0"))
      #expect(try JSONValue(tool.run(["test", "a", "p", "c"] + question).succeeded().output) == .value("0"))
      #expect(try JSONValue(tool.run(["max", "a", "p"] + question).succeeded().output) == .value("0"))
      let unknown = JSONValue.object(["value": .null])
      #expect(try JSONValue(tool.run(["test", "a", "p", "x"] + question).succeeded().output) == unknown)
      #expect(try JSONValue(tool.run(["max", "x", "p"] + question).succeeded().output) == unknown)
      let ping = try JSONValue(tool.run(["ping"] + question).succeeded().output)
      #expect(ping["alive"] == .bool(true) && ping["milliseconds"] != nil)
    }
  }

  @Test("take names of any kind, and values with a dash in front")
  func names() throws {
    try withTool { tool, server throws in
      for name in ["é", "e\u{301}", "a b", "\"quoted\"", "back\\slash", "日本", "😀", "a\nb"] {
        #expect(try tool.run("get", name, "p", name, "--server", server).succeeded().output == "0\n", "\(name)")
        #expect(try tool.run("test", name, "p", name, "--server", server).succeeded().output == "0\n", "\(name)")
      }
      #expect(try tool.run("get", "--server", server, "--", "-v", "-p", "-c").succeeded().output == "0\n")
    }
  }

  @Test("take the server without its scheme, and a UNIX socket")
  func spellings() throws {
    let folder = try TemporaryFolder()
    let socket = "unix://\(folder.path)/socket"
    let server = try ServerProcess(in: folder, listeners: ["tcp://127.0.0.1:0", socket])
    let port = try #require(server.address.port)
    let tool = try Tool()
    for address in ["127.0.0.1:\(port)", "localhost:\(port)", "tcp://localhost:\(port)", socket] {
      #expect(try tool.run("get", "a", "p", "c", "--server", address).succeeded().output == "0\n", "\(address)")
    }
    try server.stop()
  }

  @Test("say in one line why there is no answer")
  func failures() throws {
    let tool = try Tool()
    let nobody = "tcp://127.0.0.1:\(try Address.freePort())"
    for question in [["get", "a", "p", "c"], ["test", "a", "p", "c"], ["max", "a", "p"], ["ping"], ["export"]] {
      try tool.run(question + ["--server", nobody]).failed(saying: nobody, "connection refused")
    }
    try tool.run("ping", "--server", "unix:///nonexistent/socket").failed(saying: "/nonexistent/socket")
    try tool.run("ping", "--server", "no.such.host.invalid:1").failed(saying: "no.such.host.invalid")
  }

  @Test("pass on a server's refusal in its own words")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let writer = try ServerProcess(in: folder)
    let reader = try ServerProcess(["--read-only"], in: folder)
    try Tool().run("get", "a", "p", "c", "--server", "\(reader.address)").failed(
      saying: "refused", "read-only", "--on-miss")
    for server in [writer, reader] { try server.stop() }
  }

  @Test("do not wait for ever for a server that says nothing")
  func silence() throws {
    let silent = try SilentServer()
    try Tool().run("ping", "--server", "\(silent.address)", "--timeout", "200ms").failed(
      saying: "did not answer within 0.2 s")
  }
}
