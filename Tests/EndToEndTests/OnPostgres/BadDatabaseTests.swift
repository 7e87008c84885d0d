// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestPostgres
import TestStore
import TestThreads
import Testing

/// A database that a node cannot be started on.
private struct BadDatabase: Sendable, CustomTestStringConvertible {
  /// What is wrong with it.
  let testDescription: String
  /// Makes it.
  ///
  /// - Returns: its URL.
  let make: @Sendable (PostgresCluster) throws -> String
  /// Texts of the sentence that refuses it.
  let texts: [String]

  init(_ name: String, saying texts: String..., make: @escaping @Sendable (PostgresCluster) throws -> String) {
    (testDescription, self.make, self.texts) = (name, make, texts)
  }

  /// There are rows in it already, so that nothing is moved there.
  var hasStore: Bool { testDescription == "a schema of a later version" }

  static let password = "s3cret"

  static let all = [
    BadDatabase("a wrong password", saying: "password authentication failed for user \"asked\"", "check the role") {
      try $0.primary.createRole("asked", password: "another")
      return $0.primary.url(user: "asked:\(password)")
    },
    BadDatabase("no password", saying: "no password supplied", "look at the servers") {
      try $0.primary.createRole("mute", password: "another")
      return $0.primary.url(user: "mute")
    },
    BadDatabase("a missing role", saying: "role \"missing\" does not exist", "check the role") {
      $0.primary.url(user: "missing:\(password)")
    },
    BadDatabase("a missing database", saying: "database \"missing\" does not exist", "CREATE DATABASE") {
      $0.primary.url(database: "missing", user: "postgres:\(password)")
    },
    BadDatabase("an encoding without all characters", saying: "encoding of the database is LATIN1", "CREATE DATABASE") {
      try $0.primary.createDatabase("latin", encoding: "LATIN1")
      return $0.primary.url(database: "latin", user: "postgres:\(password)")
    },
    BadDatabase("no encoding", saying: "encoding of the database is SQL_ASCII", "ENCODING 'UTF8'") {
      try $0.primary.createDatabase("ascii", encoding: "SQL_ASCII")
      return $0.primary.url(database: "ascii")
    },
    BadDatabase("a schema of a later version", saying: "newer version (its schema is 7, this", "use that version") {
      try serveOnce("later", $0)
      try $0.primary.run(
        "UPDATE headwater.store SET value = '7' WHERE key IN ('schema', 'least schema')", database: "later")
      return $0.primary.url(database: "later")
    },
    BadDatabase("the schema of another program", saying: "another program: it holds rivers", "name another") {
      try $0.primary.createDatabase("rivers")
      try $0.primary.run("CREATE SCHEMA headwater; CREATE TABLE headwater.rivers ()", database: "rivers")
      return $0.primary.url(database: "rivers")
    },
    BadDatabase("a table of another program with a name of ours", saying: "another program: it holds store") {
      try $0.primary.createDatabase("shop")
      try $0.primary.run("CREATE SCHEMA headwater; CREATE TABLE headwater.store (goods text)", database: "shop")
      return $0.primary.url(database: "shop")
    },
    BadDatabase("a role that may make no schema", saying: "permission denied for database", "make the role the owner") {
      try $0.primary.createDatabase("closed")
      try $0.primary.createRole("guest")
      return $0.primary.url(database: "closed", user: "guest:\(password)")
    },
    BadDatabase("a standby alone", saying: "a server is a standby", "name all servers in the URL") {
      $0.standby.url(user: "postgres:\(password)")
    },
  ]

  private static func serveOnce(_ name: String, _ cluster: PostgresCluster) throws {
    try cluster.primary.createDatabase(name)
    try ServerProcess(database: cluster.url(database: name)).stop()
  }
}

/// What a program says of a database that it cannot use: one sentence, with what to do, and never the password.
@Suite(
  "A database of PostgreSQL that cannot be used", .ownThreads, .serialized, .enabled(if: PostgresOnServer.isTested))
struct BadDatabaseTests {
  /// One cluster for all of them.
  private static let cluster = Result { try PostgresCluster(standbys: 1) }

  private static func serve(_ url: String, in folder: TemporaryFolder) throws -> Outcome {
    try run(
      .headwater, ["serve", "--log-level", "trace", "--listen", "tcp://127.0.0.1:0", "--database", url], in: folder)
  }

  private static func expectRefusal(_ outcome: Outcome, saying texts: [String]) {
    #expect(outcome.ending == .exit(1) && outcome.output == "")
    #expect(outcome.errorLines.count { !$0.contains(" info headwater starts ") } == 1, "\(outcome.errors)")
    for text in texts { #expect(outcome.errors.contains(text), "\(outcome.errors)") }
    #expect(!outcome.errors.contains(BadDatabase.password))
  }

  @Test("is refused by serve and by move, with the same sentence", arguments: BadDatabase.all)
  fileprivate func refused(database: BadDatabase) throws {
    let folder = try TemporaryFolder()
    let url = try database.make(Self.cluster.get())
    Self.expectRefusal(try Self.serve(url, in: folder), saying: database.texts)
    #expect(try folder.names == [], "nothing is left of it")
    try folder.fill("source.sqlite3", 1)
    let moved = try run(.headwater, ["move", "source.sqlite3", url], in: folder)
    Self.expectRefusal(moved, saying: database.hasStore ? ["has the store", "name an empty database"] : database.texts)
    try run(.headwater, ["audit", "source.sqlite3"], in: folder).succeeded()
  }

  @Test("is named with the host that is no server of PostgreSQL")
  func noServer() throws {
    let folder = try TemporaryFolder()
    let silent = try LocalListener { socket in
      withExtendedLifetime(RawConnection(accepted: socket)) { _ = $0.readToEnd() }
    }
    let web = try LocalListener { socket in
      let connection = RawConnection(accepted: socket)
      try? connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
      _ = connection.readToEnd()
    }
    let own = try ServerProcess()
    let port = try Address.freePort()
    let hosts: [(port: UInt16?, text: String)] = [
      (port, "port \(port) failed: Connection refused"), (web.address.port, "invalid response to SSL negotiation: H"),
      (silent.address.port, "does not answer in time, as PostgreSQL does"),
      (own.address.port, "127.0.0.1:\(own.address.port ?? 0)"),
    ]
    for host in hosts {
      let url = "postgresql://asked:\(BadDatabase.password)@127.0.0.1:\(try #require(host.port))/headwater"
      Self.expectRefusal(try Self.serve(url, in: folder), saying: [host.text, "look at the servers, and ask again"])
    }
    try own.stop()
  }

  @Test("has no synchronous standby: a warning, and the node serves")
  func noStandby() throws {
    let cluster = try PostgresCluster()
    try cluster.primary.createRole("asked", password: BadDatabase.password)
    try cluster.primary.run("GRANT CREATE ON DATABASE postgres TO asked")
    let url = cluster.url(user: "asked:\(BadDatabase.password)")
    let server = try ServerProcess(["--log-level", "trace"], database: url)
    #expect(server.hasLogged("synchronous_standby_names is empty", times: 1) && server.hasLogged("name the standbys"))
    #expect(try server.connect().ask(Requests.getPR("v", "a")).value == "0")
    try server.stop()
    #expect(!server.log.contains(BadDatabase.password))
  }

  @Test("has no connection left: the sentence says so, and the node serves as soon as there is one")
  func exhausted() throws {
    let cluster = try PostgresCluster(settings: ["max_connections": "9", "superuser_reserved_connections": "3"])
    let primary = cluster.primary
    try primary.createRole("asked")
    try primary.run("GRANT CREATE ON DATABASE postgres TO asked; GRANT pg_signal_backend TO asked")
    let url = cluster.url(user: "asked")
    let server = try ServerProcess(["--lock-timeout", "2s", "--log-level", "trace"], database: url)
    let connection = try server.connect()
    #expect(try connection.ask(Requests.getPR("v", "a")).value == "0")
    // It shall not have its connections back before others have them.
    server.process.freeze()
    try primary.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'headwater%'")
    let held = try Self.takeConnections(of: primary)
    server.process.thaw()
    let folder = try TemporaryFolder()
    Self.expectRefusal(
      try Self.serve(url, in: folder), saying: ["remaining connection slots are reserved", "max_connections"])
    let refusal = try connection.ask(Requests.getPR("v", "b")).refusal
    #expect(refusal?.contains("max_connections") == true, "\(refusal ?? "it was answered")")
    try primary.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND usename = 'asked'")
    for statement in held { _ = try statement.finish() }
    #expect(try connection.ask(Requests.getPR("v", "b")).value == "1")
    try server.stop()
  }

  /// Holds all connections that a role can have. A session that comes while an earlier one still ends is refused: then
  /// another one is begun.
  private static func takeConnections(of server: PostgresServer) throws -> [RunningStatement] {
    var held: [RunningStatement] = []
    let sleeping = "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND usename = 'asked'"
    while try server.run("SELECT count(*) \(sleeping)") != [["6"]] {
      held.append(try server.begin("SELECT pg_sleep(3600)", user: "asked"))  // it is ended by the test
    }
    return held
  }

  @Test(
    "is on a full disk: known tuples are answered, and new ones as soon as there is space",
    .enabled(if: SmallDisk.isPossible))
  func fullDisk() throws {
    let disk = try SmallDisk(kilobytes: 24 << 10)
    try PostgresUser.current.own(disk.path)
    let cluster = try PostgresCluster()
    try cluster.primary.run("CREATE TABLESPACE small LOCATION '\(disk.path)'")
    try cluster.primary.run("CREATE DATABASE tight TEMPLATE template0 TABLESPACE small")
    let server = try ServerProcess(["--lock-timeout", "5s"], database: cluster.url(database: "tight"))
    let connection = try server.connect()
    #expect(try connection.ask(Requests.getPR("v", "known")).value == "0")
    let filler = try Self.fill(disk.path)
    // There is room in pages that the tables have already.
    let answers = try connection.askAll((0..<400).map { Requests.getPR("v\($0)", "new") })
    let refusals = Set(answers.compactMap(\.refusal))
    #expect(refusals.count == 1, "\(refusals)")
    #expect(refusals.first?.contains("is full: no new revision can be stored; free some space") == true, "\(refusals)")
    #expect(try connection.ask(Requests.getPR("v", "known")).value == "0")
    try FileManager.default.removeItem(atPath: filler)
    let later = try connection.askAll((0..<400).map { Requests.getPR("v\($0)", "new") })
    #expect(later.allSatisfy { $0 == .value("0") }, "\(later.first { $0 != .value("0") }.debugDescription)")
    try server.stop()
  }

  /// Takes all space of a disk.
  ///
  /// - Returns: the file that has it.
  private static func fill(_ disk: String) throws -> String {
    let path = "\(disk)/filler"
    let file = open(path, O_WRONLY | O_CREAT, 0o600)
    guard file >= 0 else { throw Failure("no file at \(path): \(errno)") }
    defer { close(file) }
    let page = [UInt8](repeating: 1, count: 4096)
    while write(file, page, page.count) == page.count {}
    guard errno == ENOSPC else { throw Failure("the disk is not full: \(errno)") }
    return path
  }

  @Test("takes no name with a byte 0, from a client and by move")
  func byte0() throws {
    let cluster = try PostgresCluster()
    let server = try ServerProcess(database: cluster.url())
    let connection = try server.connect()
    let name = "v\\u0000"
    for request in [
      Requests.getPR(name, "a"), Requests.getPR("v", name), Requests.importOne(name, "a", value: "7"),
      Requests.testPR(name, "a"), Requests.maxPackagePR(name),
    ] {
      let refusal = try connection.ask(request).refusal
      #expect(refusal?.contains(" contains a NUL character") == true, "\(refusal ?? "none")")
    }
    #expect(try connection.ask(Requests.getPR("v", "a")).value == "0", "the connection goes on")
    try server.stop()
    // BitBake's server stores it.
    let folder = try TemporaryFolder()
    let other = try ForeignProcess.bitbake(folder.path("prserv.sqlite3"))
    try other.run("INSERT INTO PRMAIN VALUES (CAST(x'7600' AS TEXT), 'p', 'c', '0')")
    try other.close()
    try ServerProcess(in: folder).stop()
    try cluster.primary.createDatabase("empty")
    let outcome = try run(.headwater, ["move", "prserv.sqlite3", cluster.url(database: "empty")], in: folder)
    #expect(outcome.ending == .exit(1) && outcome.errors.contains("row 1: a name has a byte 0"), "\(outcome.errors)")
    // The file can be served as before.
    try ServerProcess(in: folder).stop()
  }
}
