// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestStore
import TestThreads
import Testing

/// What newcomers write, and the sentence that leads them on.
@Suite("Command lines that nearly work", .ownThreads)
struct AdviceTests {
  static let mistakes: [(arguments: [String], sentence: String)] = [
    (["serve", "--port", "8585"], "Unknown option '--port': use --listen tcp://HOST:PORT, or --server for a command"),
    (["serve", "--host", "0.0.0.0"], "Unknown option '--host': use --listen tcp://HOST:PORT"),
    (["serve", "--file", "prserv.sqlite3"], "Unknown option '--file': use --database PATH"),
    (["serve", "--loglevel", "DEBUG"], "Unknown option '--loglevel': use --log-level LEVEL"),
    (["serve", "--start"], "'headwater serve' runs in the foreground"),
    (["serve", "--lsten", "tcp://127.0.0.1:0"], "Did you mean '--listen'?"),
    (["serve", "--listen", "tcp://localhost:99999"], "a port is 1 to 65535, or 0 for a free one"),
    (["serve", "--listen", "tcp://localhost"], "it must end in a port"),
    (["serve", "--upstream", "tls://a:1,b:2"], "'tls://a:1,b:2' is a list: repeat the option for each address"),
    (["ping", "--server", "tls://a:1,b:2"], "it is a list, and one address is expected"),
    (["serve", "--listen", "tcp://::1:8585"], "an IPv6 address is written in brackets"),
    (["serv"], "There is no command 'serv'; did you mean 'serve'?"),
    (["explian", "a", "b"], "There is no command 'explian'; did you mean 'explain'?"),
    (["frobnicate"], "There is no command 'frobnicate' (see"),
    (["bench"], "give --server: the rows of a run stay in its database"),
    (["topology", "graph", "t.yaml", "--output", "t.png"], "the suffix of t.png names no format"),
  ]

  @Test("are refused with what to write instead", arguments: mistakes.indices)
  func usage(index: Int) throws {
    try Tool().run(Self.mistakes[index].arguments).failed(64, saying: Self.mistakes[index].sentence)
  }

  @Test(
    "are told the variable that a wrong value comes from",
    arguments: [
      (["serve"], "HEADWATER_LISTEN", "foo", "; set by HEADWATER_LISTEN (see"),
      (["serve"], "HEADWATER_LOCK_TIMEOUT", "40s", "; set by HEADWATER_LOCK_TIMEOUT (see"),
      (["ping"], "HEADWATER_SERVER", "nonsense", "; set by HEADWATER_SERVER (see"),
    ])
  func variables(arguments: [String], variable: String, value: String, sentence: String) throws {
    try Tool().run(arguments, environment: [variable: value]).failed(64, saying: sentence)
    // One that the command line overrides is not to blame.
    let outcome = try Tool().run(arguments + ["--lock-timeout", "1"], environment: [variable: value])
    #expect(!outcome.errors.contains("set by HEADWATER_LOCK_TIMEOUT"), "\(outcome.errors)")
  }

  @Test("are told that the database is a folder", arguments: ["serve", "audit", "explain"])
  func folder(command: String) throws {
    let tool = try Tool()
    let names = command == "audit" ? ["."] : ["--database", "."]
    // A server that listens at the standard address, as one of the README does, is not in the way.
    let others =
      switch command {
      case "explain": ["a", "b"]
      case "serve": ["--listen", "tcp://127.0.0.1:0"]
      default: [String]()
      }
    let outcome = try tool.run([command] + others + names)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors.contains("\(tool.folder.path) is a folder; name a file in it"), "\(outcome.errors)")
  }

  @Test("a CSV file without a header is told so, and not to use options that would not help")
  func header() throws {
    let tool = try Tool()
    try tool.folder.write("busybox-1.36.1-r0,core2-64,aa,0\n", to: "rows.csv")
    let outcome = try tool.run("import", "rows.csv")
    #expect(outcome.ending == .exit(1) && outcome.errors.contains("rows.csv:1: the header is missing"))
    #expect(!outcome.errors.contains("--allow"), "\(outcome.errors)")
  }

  @Test(
    "a picture has the format of its name",
    arguments: [("t.svg", "<svg"), ("t.dot", "digraph"), ("t.mmd", "flowchart")])
  func pictures(name: String, beginning: String) throws {
    let tool = try Tool()
    try tool.folder.write("nodes:\n  hq: {listen: 'tcp://127.0.0.1:8585'}\n", to: "t.yaml")
    try tool.run("topology", "graph", "t.yaml", "--output", name).succeeded()
    #expect(try tool.folder.read(name).contains(beginning))
  }

  @Test("a port alone is one of this machine, for a server as for a page")
  func ports() throws {
    let server = try ServerProcess(["--status", "0"])
    let (port, page) = (try #require(server.address.port), try #require(server.statusPage?.port))
    try Tool().run("ping", "--server", "\(port)").succeeded()
    try Tool().run("status", "--server", "\(page)").succeeded()
    try server.stop()
  }

  static let addresses =
    ["get", "test", "max", "ping", "export"].map { ($0, "Default: tcp://127.0.0.1:8585.") } + [
      ("serve", "(default: tcp://127.0.0.1:8585)"), ("status", "Default: 9585"),
    ]

  @Test("the default of an address is in the help", arguments: addresses)
  func defaults(command: String, words: String) throws {
    let help = try Tool().run(command, "--help").succeeded().output
    let text = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains(words), "\(help)")
  }

  @Test("a server's log begins with its version and its options, from wherever they come")
  func start() throws {
    let server = try ServerProcess(["--max-depth", "17"], environment: ["HEADWATER_MAX_HEADERS": "31"])
    server.waitForLog("headwater starts")
    let line = try #require(server.log.split(separator: "\n").first)
    for word in ["info headwater starts", "version=", "--max-depth 17", "--max-headers=31"] {
      #expect(line.contains(word), "\(line)")
    }
    try server.stop()
  }
}
