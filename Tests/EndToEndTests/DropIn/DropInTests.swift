// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("The drop-in for bitbake-prserv", .ownThreads)
struct DropInTests {
  @Test("--start returns when the server answers, and --stop when it is gone")
  func startAndStop() throws {
    let server = try DropIn()
    for round in 0..<3 {
      try server.start()
      let connection = try RawConnection(to: server.address)
      #expect(try connection.ask(Requests.getPR("a", "c\(round)")) == .value("\(round)"))
      let pid = try #require(server.pid)
      #expect(server.pidFileText == "\(pid)\n")
      try server.stop()
      #expect(!DropIn.isAlive(pid))
      #expect(server.pidFileText == nil)
      #expect(connection.isClosedSilently)
      #expect(throws: (any Error).self) { try RawConnection(to: server.address) }
    }
    #expect(try server.folder.names.filter { !$0.hasPrefix("prserv.sqlite3") } == ["prserv.log"])
  }

  @Test("the log tells where it is, and goes on where it ended")
  func log() throws {
    let server = try DropIn()
    try server.folder.write("an old line\n", to: "prserv.log")
    try server.start()
    let pid = try #require(server.pid)
    let lines = try server.folder.read("prserv.log").split(separator: "\n")
    #expect(lines.first == "an old line")
    let database = "\(server.folder.path)/prserv.sqlite3"
    let line = "Started PRServer with DBfile: \(database), Address: \(server.host):\(server.port), PID: \(pid)"
    #expect(lines.contains { $0.contains(line) }, "\(lines)")
    try server.stop()
  }

  @Test("it numbers as BitBake does, with the database, log and level that it was told")
  func options() throws {
    let server = try DropIn()
    let folder = server.folder
    try FileManager.default.createDirectory(atPath: folder.path("sub"), withIntermediateDirectories: false)
    try server.start("-f", "sub/pr.sqlite3", "-l", "sub/pr.log", "--loglevel", "DEBUG")
    let connection = try RawConnection(to: server.address)
    // In BitBake's numbering one value may name two contents.
    #expect(try connection.ask(Requests.importOne("a", "one", value: "7")) == .object(["value": .integer(7)]))
    #expect(try connection.ask(Requests.importOne("a", "two", value: "7")) == .object(["value": .integer(7)]))
    try server.stop()
    #expect(folder.exists("sub/pr.sqlite3") && folder.exists("sub/pr.log"))
    #expect(try folder.names == ["sub"])
  }

  @Test("it makes the folder of its database, and takes options as Python's argparse and logging take them")
  func argparse() throws {
    let server = try DropIn()
    let outcome = try run(
      .bitbakePrserv,
      [
        "--sta", "--ho=\(server.host)", "--por", "\(server.port)", "-fnew/deep/pr.sqlite3", "-l=pr.log", "--logl",
        "warn",
      ],
      in: server.folder)
    outcome.succeeded()
    #expect(try RawConnection(to: server.address).ask(Requests.getPR("a", "c")) == .value("0"))
    try server.stop()
    #expect(server.folder.exists("new/deep/pr.sqlite3") && server.folder.exists("pr.log"))
    try server.start("-rfnew/deep/pr.sqlite3", "--loglevel=Fatal")
    #expect(try RawConnection(to: server.address).ask(#"{"is-readonly":{}}"#) == .object(["readonly": .bool(true)]))
    try server.stop()
  }

  @Test("a second --start is refused in BitBake's words, and the first goes on")
  func second() throws {
    let server = try DropIn()
    try server.start()
    let pid = server.pid
    try server.run("--start").failed(saying: "pidfile \(server.pidFile) already exist. Daemon already running?")
    #expect(server.pid == pid)
    #expect(try RawConnection(to: server.address).ask(Requests.ping) == .alive)
    try server.stop()
  }

  @Test("--stop without a server says so in BitBake's words, and names the ports of others on that host")
  func stopWithout() throws {
    let server = try DropIn()
    let words = "pidfile \(server.pidFile) does not exist. Daemon not running?"
    #expect(try server.run("--stop").failed().errors == words + "\n")
    let other = try DropIn(host: server.host)
    try other.start()
    let outcome = try server.run("--stop").failed()
    #expect(outcome.errors == "\(words) Wrong port? Other ports listening at \(server.host): \(other.port)\n")
    try other.stop()
  }

  @Test("a pid file that a dead process left behind is replaced")
  func stalePidFile() throws {
    let server = try DropIn()
    let dead = try ChildProcess("/bin/true", [], in: "/tmp")
    _ = try dead.wait()
    try Data("\(dead.pid)\n".utf8).write(to: URL(fileURLWithPath: server.pidFile))
    try server.start()
    #expect(server.pid != nil && server.pid != dead.pid)
    try server.stop()
  }

  @Test("a server that was killed leaves a pid file that does not keep the next from starting")
  func killed() throws {
    let server = try DropIn()
    try server.start()
    let connection = try RawConnection(to: server.address)
    #expect(try connection.ask(Requests.getPR("a", "c")) == .value("0"))
    let pid = try #require(server.pid)
    kill(pid, SIGKILL)
    #expect(connection.isClosedSilently)
    #expect(server.pidFileText == "\(pid)\n")
    try server.start()
    #expect(try #require(server.pid) != pid)
    #expect(try RawConnection(to: server.address).ask(Requests.testPR("a", "c")) == .value("0"))
    try server.stop()
  }

  @Test("a pid file that names somebody else's process is not believed, and that process is left alone")
  func foreignProcess() throws {
    let server = try DropIn()
    let somebody = try ChildProcess("/bin/sleep", ["600"], in: "/tmp")
    try Data("\(somebody.pid)\n".utf8).write(to: URL(fileURLWithPath: server.pidFile))
    try server.run("--stop").failed(saying: "does not exist. Daemon not running?")
    #expect(DropIn.isAlive(somebody.pid))
    try Data("\(somebody.pid)\n".utf8).write(to: URL(fileURLWithPath: server.pidFile))
    try server.start()
    #expect(server.pid != somebody.pid)
    try server.stop()
    #expect(DropIn.isAlive(somebody.pid))
    somebody.signal(SIGTERM)
    #expect(try somebody.wait() == .signal(SIGTERM))
  }

  @Test(
    "a pid file that holds rubbish is replaced", arguments: ["", "\n", "rubbish\n", "-1\n", "0\n", "99999999999999\n"])
  func rubbish(text: String) throws {
    let server = try DropIn()
    try Data(text.utf8).write(to: URL(fileURLWithPath: server.pidFile))
    try server.start()
    #expect(server.pid != nil)
    try server.stop()
  }

  @Test("localhost is 127.0.0.1 in the pid file's name")
  func localhost() throws {
    let server = try DropIn(host: "127.0.0.1")
    let arguments = ["--host", "localhost", "--port", "\(server.port)"]
    try run(.bitbakePrserv, ["--start"] + arguments, in: server.folder).succeeded()
    let pid = server.pidFileText.flatMap { pid_t($0.dropLast()) }
    #expect(pid.map(DropIn.isAlive) == true)
    #expect(try RawConnection(to: server.address).ask(Requests.ping) == .alive)
    let outcome = try run(.bitbakePrserv, ["--stop"] + arguments, in: server.folder)
    #expect(outcome.succeeded().output == "Sending SIGTERM to pr-server.\n")
  }

  @Test("read-only, it answers as BitBake's does, and stores nothing")
  func readOnly() throws {
    let server = try DropIn()
    try server.start()
    for number in 0..<3 {
      #expect(try RawConnection(to: server.address).ask(Requests.getPR("a", "c\(number)")) == .value("\(number)"))
    }
    try server.stop()
    try server.start("--read-only")
    let connection = try RawConnection(to: server.address)
    #expect(try connection.ask(#"{"is-readonly":{}}"#) == .object(["readonly": .bool(true)]))
    #expect(try connection.ask(Requests.getPR("a", "c2")) == .value("2"))
    #expect(try connection.ask(Requests.getPR("a", "c0", history: true)) == .value("0"))
    #expect(try connection.ask(Requests.getPR("a", "new")) == .value("3"))
    #expect(try connection.ask(Requests.getPR("a", "newer")) == .value("3"))
    #expect(try connection.ask(Requests.importOne("a", "c9", value: "9")) == .null)
    #expect(try connection.rows().count == 3)
    try server.stop()
  }
}
