// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("Where a server listens", .ownThreads)
struct ListenerTests {
  private func expectService(at address: Address) throws {
    let connection = try RawConnection(to: address)
    #expect(try connection.ask(Requests.getPR("a", "\(address)")).value != nil)
  }

  @Test("a UNIX socket serves, and one that a dead server left behind is replaced")
  func unix() throws {
    let folder = try TemporaryFolder()
    let listener = "unix://\(folder.path)/socket"
    for _ in 0..<2 {
      let server = try ServerProcess(in: folder, listeners: [listener])
      #expect(server.address.description == listener)
      try expectService(at: server.address)
      try server.kill()
      #expect(folder.exists("socket"))
    }
    let server = try ServerProcess(in: folder, listeners: [listener])
    try expectService(at: server.address)
    try server.stop()
  }

  @Test("a UNIX socket that another server is behind is not taken away")
  func unixInUse() throws {
    let folder = try TemporaryFolder()
    let listener = "unix://\(folder.path)/socket"
    let server = try ServerProcess(in: folder, listeners: [listener])
    let outcome = try run(.headwater, ["serve", "--listen", listener, "--database", "b.sqlite3"], in: folder)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors.contains("cannot listen on \(listener): another program does"), "\(outcome.errors)")
    try expectService(at: server.address)
    try server.stop()
  }

  @Test("a file that is not a socket is not taken away")
  func unixFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("precious", to: "file")
    let outcome = try run(.headwater, ["serve", "--listen", "unix://\(path)"], in: folder)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("\(path): a file that is not a socket"), "\(outcome.errors)")
    #expect(try folder.read("file") == "precious")
  }

  @Test("IPv6 serves", .enabled(if: Address.hasV6, "this machine has no IPv6"))
  func v6() throws {
    let server = try ServerProcess(listeners: ["tcp://[::1]:0"])
    #expect(server.address.description.hasPrefix("tcp://[::1]:"))
    try expectService(at: server.address)
    try server.stop()
  }

  @Test("several addresses are served at once, and named in their order")
  func several() throws {
    let folder = try TemporaryFolder()
    let listeners =
      ["unix://\(folder.path)/one", "tcp://127.0.0.1:0", "unix://\(folder.path)/two", "tcp://127.0.0.2:0"]
      + (Address.hasV6 ? ["tcp://[::1]:0"] : [])
    let server = try ServerProcess(in: folder, listeners: listeners)
    for (listener, address) in zip(listeners, server.addresses) {
      #expect(address.description.hasPrefix(listener.hasSuffix(":0") ? String(listener.dropLast()) : listener))
      #expect(address.port != 0)
      try expectService(at: address)
    }
    #expect(try RawConnection(to: server.address).rows().count == listeners.count)
    try server.stop()
  }

  @Test("an address that is taken is a clear error, and the addresses before it are let go")
  func inUse() throws {
    let folder = try TemporaryFolder()
    let server = try ServerProcess(in: folder)
    let outcome = try run(
      .headwater, ["serve", "--listen", "tcp://127.0.0.1:0", "--listen", "\(server.address)"], in: folder)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("cannot listen on \(server.address): another program does"), "\(outcome.errors)")
    try expectService(at: server.address)
    try server.stop()
  }

  @Test(
    "an address that cannot be is a clear error",
    arguments: [
      ("tcp://192.0.2.1:0", "this machine has no such address"), ("tcp://no.such.host.invalid:0", "no address"),
      ("unix:///nonexistent/folder/socket", "the folder does not exist"),
    ])
  func impossible(listener: String, words: String) throws {
    let outcome = try Tool().run("serve", "--listen", listener)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output == "" && outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test("a UNIX socket whose path is too long for the kernel is an error that says so")
  func unixTooLong() throws {
    let outcome = try Tool().run("serve", "--listen", "unix:///tmp/" + String(repeating: "x", count: 200))
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output == "" && outcome.errors.contains("the path is too long"), "\(outcome.errors)")
  }

  @Test("the log may be JSON, an object a line")
  func jsonLog() throws {
    let server = try ServerProcess(["--log-format", "json", "--log-level", "debug"])
    try server.stop()
    let lines = server.process.errors.lines
    #expect(!lines.isEmpty)
    for line in lines {
      let event = try JSONValue(line)
      for name in ["time", "level", "message"] { #expect(event[name]?.string != nil, "\(line)") }
    }
  }

  @Test(
    "a database that cannot be is a clear error and exit 1",
    arguments: [
      (["--database", "/nonexistent/folder/a.sqlite3"], "folder"), (["--database", "/tmp"], "/tmp is a folder"),
      (["--database", "rubbish"], "not an SQLite database"),
      (["--database", "none.sqlite3", "--read-only"], "no database"),
    ])
  func databases(options: [String], words: String) throws {
    let tool = try Tool()
    try tool.folder.write(String(repeating: "rubbish ", count: 100), to: "rubbish")
    let outcome = try tool.run(["serve", "--listen", "tcp://127.0.0.1:0"] + options)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output == "" && outcome.errorLines.last?.contains(words) == true, "\(outcome.errors)")
  }
}
