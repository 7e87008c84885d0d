// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

@Suite("headwater's command line", .ownThreads)
struct UsageTests {
  @Test(
    "what cannot be understood is exit 64 and one line that says where help is",
    arguments: [
      ["frobnicate"], ["--frobnicate"], ["get"], ["get", "a"], ["get", "a", "p"], ["get", "a", "p", "c", "d"],
      ["test", "a", "p"], ["max", "a"], ["max", "a", "p", "c"], ["ping", "a"], ["ping", "--server"],
      ["ping", "--server", "nonsense"], ["ping", "--server", "http://127.0.0.1:1"],
      ["ping", "--server", "tcp://::1:1"],
      ["ping", "--server", "tcp://127.0.0.1:65536"], ["ping", "--server", "unix://relative"],
      ["ping", "--timeout", "5"], ["ping", "--timeout", "-5s"], ["ping", "--timeout", "5 s"],
      ["ping", "--timeout", "5d"],
      ["serve", "--listen", "nonsense"], ["serve", "--numbering", "roman"], ["serve", "--durability", "maybe"],
      ["serve", "--level", "-1"], ["serve", "--level", "9999999"], ["serve", "--lane", "2/2", "--level", "1"],
      ["serve", "--lane", "0/2"], ["serve", "--max-line", "0"], ["serve", "--max-depth", "100000"],
      ["serve", "--max-connections", "many"], ["serve", "--event-loops", "0"],
      ["serve", "--event-loops", "65"], ["serve", "--on-miss", "guess"], ["serve", "--log-format", "xml"],
      ["serve", "extra"], ["export", "--format", "xml"], ["import"], ["import", "--format", "xml", "x"],
      ["audit"], ["explain"], ["explain", "a"], ["backup"], ["backup", "a", "b"], ["bench", "--connections", "none"],
    ])
  func usage(arguments: [String]) throws {
    try Tool().run(arguments).failed(64, saying: "headwater: ", "--help")
  }

  @Test("the help that is named is that of the command itself")
  func helpOfCommand() throws {
    try Tool().run("topology", "graph", "x", "--format", "foo").failed(64, saying: "'headwater topology graph --help'")
    try Tool().run("ping", "--timeout", "5").failed(64, saying: "'headwater ping --help'")
  }

  @Test(
    "a value of another form is told the form",
    arguments: [
      (["--lane", "2/2", "--level", "1"], "k/n with k below n"), (["--upstream-deadline", "2"], "300ms, 2s"),
      (["--sync-every", "500ms"], "a second or more"), (["--idle-timeout", "soon"], "300ms, 2s"),
    ])
  func forms(arguments: [String], words: String) throws {
    try Tool().run(["serve"] + arguments).failed(64, saying: "\(arguments[0]) <", words)
  }

  @Test(
    "what would keep BitBake's client waiting for too long is refused",
    arguments: [
      ["--upstream-deadline", "60s"], ["--upstream-deadline", "0s"], ["--upstream-deadline", "49ms"],
      ["--lock-timeout", "26s"], ["--upstream", "tcp://127.0.0.1:1", "--upstream-deadline", "6s"],
    ])
  func waits(options: [String]) throws {
    try Tool().run(["serve"] + options).failed(64, saying: "25s", "BitBake's client gives up after 30s")
  }

  @Test("a wait from the environment is no longer than one from the command line")
  func waitOfEnvironment() throws {
    try Tool().run("serve", environment: ["HEADWATER_LOCK_TIMEOUT": "40s"]).failed(
      64, saying: "'40s' is invalid for '--lock-timeout", "it is 25s at most")
  }

  @Test(
    "help and version are no errors",
    arguments: [["--help"], ["--version"], ["help", "serve"], ["get", "--help"], []])
  func help(arguments: [String]) throws {
    let outcome = try Tool().run(arguments).succeeded()
    #expect(!outcome.output.isEmpty)
  }

  @Test("every option may come from the environment, and the command line wins")
  func environment() throws {
    let folder = try TemporaryFolder()
    let server = try ServerProcess(
      in: folder, listeners: [],
      environment: [
        "HEADWATER_LISTEN": "tcp://127.0.0.1:0,unix://\(folder.path)/s", "HEADWATER_DATABASE": "env.sqlite3",
        "HEADWATER_NUMBERING": "bitbake", "HEADWATER_LOG_FORMAT": "json", "HEADWATER_MAX_LINE": "200",
      ], expecting: 2)
    #expect(server.addresses.count == 2)
    let connection = try server.connect()
    #expect(try connection.ask(Requests.importOne("a", "c", value: "7")) == .object(["value": .integer(7)]))
    #expect(try connection.ask(Requests.importOne("a", "d", value: "7")) == .object(["value": .integer(7)]))
    #expect(try connection.ask(String(repeating: " ", count: 201)).refusal?.contains("200 bytes") == true)
    let tool = try Tool()
    let variables = ["HEADWATER_SERVER": "\(server.address)", "HEADWATER_JSON": "1", "HEADWATER_HISTORY": "true"]
    #expect(try JSONValue(tool.run("max", "a", "core2-64", environment: variables).succeeded().output) == .value("7"))
    let plain = variables.merging(["HEADWATER_JSON": "0"]) { $1 }
    #expect(try tool.run("max", "a", "core2-64", environment: plain).succeeded().output == "7\n")
    let wrong = variables.merging(["HEADWATER_SERVER": "tcp://127.0.0.1:1"]) { $1 }
    let right = ["--server", "\(server.address)"]
    #expect(
      try JSONValue(tool.run(["max", "a", "core2-64"] + right, environment: wrong).succeeded().output) == .value("7"))
    #expect(
      try JSONValue(tool.run(["max"] + right + ["--", "a", "core2-64"], environment: wrong).succeeded().output)
        == .value("7"))
    try server.stop()
    #expect(folder.exists("env.sqlite3"))
    #expect(server.process.errors.lines.allSatisfy { $0.hasPrefix("{") })
  }

  @Test(
    "a variable that cannot be understood is exit 64 and names itself or its option",
    arguments: [
      ("HEADWATER_JSON", "maybe", "HEADWATER_JSON"), ("HEADWATER_SERVER", "nonsense", "--server"),
      ("HEADWATER_TIMEOUT", "soon", "--timeout"),
    ])
  func wrongVariables(name: String, value: String, words: String) throws {
    try Tool().run("ping", environment: [name: value]).failed(64, saying: words)
  }

  @Test(
    "a flag's variable says yes and no, under both of its names",
    arguments: [
      ("HEADWATER_TLS_REQUIRE_CLIENT_CERTIFICATE", "0", false),
      ("HEADWATER_TLS_REQUIRE_CLIENT_CERTIFICATE", "no", false),
      ("HEADWATER_NO_TLS_REQUIRE_CLIENT_CERTIFICATE", "true", false),
      ("HEADWATER_TLS_REQUIRE_CLIENT_CERTIFICATE", "yes", true),
      ("HEADWATER_NO_TLS_REQUIRE_CLIENT_CERTIFICATE", "false", true),
    ])
  func flags(name: String, value: String, requires: Bool) throws {
    let serve = [
      "serve", "--listen", "tls://127.0.0.1:0", "--tls-certificate", "none.pem", "--tls-key", "none.key",
    ]
    // Without an authority to believe nobody's certificate can be required.
    let asked = try Tool().run(serve, environment: [name: value])
    if requires {
      asked.failed(64, saying: "--tls-trust")
    } else {
      // The first line of its log is there before it fails.
      #expect(asked.ending == .exit(1) && asked.errors.contains("none.pem"), "\(asked.errors)")
    }
    try Tool().run(serve + ["--tls-require-client-certificate"], environment: [name: value])
      .failed(64, saying: "--tls-trust")
  }

  @Test("a variable of another command's option is none of its business")
  func otherVariables() throws {
    try withServer { server in
      let variables = ["HEADWATER_NUMBERING": "nonsense", "HEADWATER_FORMAT": "nonsense"]
      try Tool().run(["ping", "--server", "\(server.address)"], environment: variables).succeeded()
    }
  }

  @Test("a variable that no command has is named, with the one that was likely meant")
  func unknownVariables() throws {
    let variables = ["HEADWATER_SERVR": "tcp://127.0.0.1:1", "HEADWATER_QQQQQQQQ": "x", "HEADWATER_": "x"]
    let server = try ServerProcess(environment: variables.merging(["HEADWATER_LISTN": "x"]) { $1 })
    #expect(
      server.hasLogged("HEADWATER_LISTN is ignored") && server.hasLogged("did you mean HEADWATER_LISTEN?"))
    let outcome = try Tool().run(["ping", "--server", "\(server.address)"], environment: variables)
    #expect(
      outcome.ending == .exit(0)
        && outcome.errorLines == [
          "headwater: HEADWATER_ is ignored: no command has such an option",
          "headwater: HEADWATER_QQQQQQQQ is ignored: no command has such an option",
          "headwater: HEADWATER_SERVR is ignored: no command has such an option; did you mean HEADWATER_SERVER?",
        ], "\(outcome.errors)")
    try server.stop()
  }
}
