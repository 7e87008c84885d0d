// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestProcesses
import TestThreads
import Testing

/// `topology/authority.yaml`, as `topology up` runs it on a PostgreSQL of its own.
@Suite("An authority as a file", .ownThreads)
struct AuthorityTests {
  private static let isTested: Bool = PostgresOnServer.isTested

  @Test(
    "two nodes number from one store, a site asks the one that is left, and the next run goes on",
    .enabled(if: isTested))
  func store() throws {
    let folder = try TemporaryFolder()
    let authority = try Federation("authority.yaml", in: folder)
    let first = try authority["hq-1"].connect().ask(Requests.getPR("a-1-r0", "x"))
    #expect(first.value != nil, "\(first)")
    let second = try authority["hq-2"].connect()
    #expect(try second.ask(Requests.getPR("a-1-r0", "x")) == first)
    let next = try second.ask(Requests.getPR("a-1-r0", "y"))
    #expect(next.value != nil && next != first)
    let site = try authority["site"].connect()
    #expect(try site.ask(Requests.getPR("a-1-r0", "y")) == next)

    try authority["hq-1"].signal(SIGKILL)
    authority.waitForLog(of: "hq-1", "ended by signal 9")
    let third = try site.ask(Requests.getPR("b-1-r0", "z"))
    #expect(third.value != nil, "the other node answers: \(third)")
    try authority.stop()
    #expect(!folder.exists("d/postgresql/data/postmaster.pid"), "the server has ended in order: \(authority.log)")

    let again = try Federation("authority.yaml", in: folder)
    #expect(try again["hq-1"].connect().ask(Requests.getPR("a-1-r0", "y")) == next)
    try again.stop()
  }

  @Test("the server of the database ends with the program, however that ends", .enabled(if: isTested))
  func killed() throws {
    let authority = try Federation("authority.yaml")
    let socket = authority.folder.path("d/postgresql/.s.PGSQL.5432")
    let connection = try RawConnection(to: try Address("unix://\(socket)"))
    authority.process.signal(SIGKILL)
    #expect(try authority.process.wait() == .signal(SIGKILL))
    #expect(connection.isClosedSilently)
  }

  @Test("a database that ended is started again by Enter", .enabled(if: isTested))
  func again() throws {
    let folder = try TemporaryFolder()
    try folder.write("nodes:\n  hq: {listen: 'tcp://127.0.0.1:8585', database: 'postgresql://a/b'}\n", to: "t.yaml")
    let keys = folder.path("keys")
    #expect(mkfifo(keys, 0o600) == 0)
    let up = try ChildProcess(
      "/bin/sh", ["-c", "exec \(Product.headwater.path) topology up t.yaml --directory d < keys"], in: folder.path)
    let keyboard = open(keys, O_WRONLY | O_CLOEXEC)
    defer { close(keyboard) }
    #expect(up.output.wait { $0.hasSuffix("Ctrl-C stops all.\n") }, "\(up.errors.text)")
    #expect(up.output.text.contains("PostgreSQL of hq: postgresql://headwater@/postgres?host="))
    let file = try folder.read("d/postgresql/data/postmaster.pid")
    let pid = try #require(pid_t(file.prefix { $0 != "\n" }))
    kill(pid, SIGINT)
    #expect(up.errors.wait { $0.contains("postgresql | ended with exit code 0; Enter starts it again\n") })
    #expect(write(keyboard, "\n", 1) == 1)
    let ready = "ready to accept connections"
    #expect(up.errors.wait { $0.components(separatedBy: ready).count == 3 }, "\(up.errors.text)")
    up.signal(SIGTERM)
    #expect(try up.wait() == .exit(0))
  }

  @Test("a folder without room for a socket is refused", .enabled(if: isTested))
  func longFolder() throws {
    let tool = try Tool()
    try tool.folder.write("nodes:\n  hq: {database: 'postgresql://a/b'}\n", to: "t.yaml")
    try tool.run("topology", "up", "t.yaml", "--directory", String(repeating: "x", count: 90))
      .failed(saying: "the path of PostgreSQL's socket", "choose a --directory with a shorter path")
  }

  @Test("a folder that PostgreSQL's user may not pass is refused", .enabled(if: isTested && geteuid() == 0))
  func closedFolder() throws {
    let tool = try Tool()
    try tool.folder.write("nodes:\n  hq: {database: 'postgresql://a/b'}\n", to: "t.yaml")
    let closed = tool.folder.path("closed")
    #expect(mkdir(closed, 0o700) == 0)
    try tool.run("topology", "up", "t.yaml", "--directory", "closed/d")
      .failed(saying: "PostgreSQL refuses to run as root", "may not pass the folder \(closed)")
  }

  #if !PostgreSQL
    @Test("a program without the engine says how to build one that has it")
    func withoutEngine() throws {
      let tool = try Tool()
      try tool.folder.write("nodes:\n  hq: {database: 'postgresql://a/b'}\n", to: "t.yaml")
      try tool.run("topology", "up", "t.yaml").failed(saying: "built without PostgreSQL", "--traits PostgreSQL")
    }
  #endif

  private static let secret = """
    nodes:
      hq-1: {host: a.example, listen: 'tls://0.0.0.0:8586', database: 'postgresql://u:hush@db1,db2/x', FAULT}
      hq-2: {host: b.example, listen: 'tcp://0.0.0.0:8585', database: 'postgresql://db2,db1/x?password=hush'}
    """

  @Test(
    "no command shows a password",
    arguments: [
      ["topology", "check"], ["topology", "check", "--json"], ["topology", "graph"],
      ["topology", "graph", "--format", "dot"], ["topology", "graph", "--format", "svg"], ["simulate"],
    ], ["colour: blue", "lane: 1/2", "tls: {require-client-certificate: false, certificate: c, key: k}"])
  func password(command: [String], fault: String) throws {
    let tool = try Tool()
    try tool.folder.write(Self.secret.replacing("FAULT", with: fault), to: "t.yaml")
    let outcome = try tool.run(command + ["t.yaml"])
    #expect(!(outcome.output + outcome.errors).contains("hush"), "\(outcome)")
    #expect(!(outcome.output + outcome.errors).isEmpty)
  }

  @Test("simulate says that its nodes have stores of their own")
  func simulate() throws {
    let tool = try Tool()
    try tool.folder.write(Self.secret.replacing(", FAULT", with: "").replacing("tls://", with: "tcp://"), to: "t.yaml")
    try tool.run("simulate", "t.yaml")
      .failed(saying: "the nodes hq-1, hq-2 share the database postgresql://db1,db2/x", "leave one of them")
  }
}
