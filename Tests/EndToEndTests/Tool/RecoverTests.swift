// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestStore
import TestThreads
import Testing

@Suite("headwater recover", .ownThreads)
struct RecoverTests {
  private let folder: TemporaryFolder
  private let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = try Tool(in: folder)
  }

  /// A database that was restored from a backup of three revisions; a mirror has all six.
  private func restoredBackup() throws {
    let server = try ServerProcess(["--durability", "full"], in: folder)
    for number in 0..<3 { #expect(try server.connect().ask(Requests.getPR("a", "c\(number)")) == .value("\(number)")) }
    try tool.run("backup", "backup.sqlite3").succeeded()
    for number in 3..<6 { #expect(try server.connect().ask(Requests.getPR("a", "c\(number)")) == .value("\(number)")) }
    var mirror = try Follower(below: "\(server.address)", with: ["--read-only"], in: folder)
    try mirror.feed.wait { $0.count == 6 }
    try mirror.server.stop()
    try server.stop()
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: folder.path("prserv.sqlite3\(suffix)"))
    }
    try FileManager.default.moveItem(atPath: folder.path("backup.sqlite3"), toPath: folder.path("prserv.sqlite3"))
  }

  /// The server says what it knows, and refuses what is new with what to do.
  private func expectHeld(_ server: ServerProcess) throws {
    #expect(try server.connect().ask(Requests.getPR("a", "c2")) == .value("2"))
    let refusal = try server.connect().ask(Requests.getPR("a", "new")).refusal ?? "none"
    #expect(refusal.contains("6 rows, and it has 3") && refusal.contains("headwater recover"), "\(refusal)")
  }

  @Test("a restored backup numbers nothing until its rows are back; the server then goes on by itself")
  func fromMirror() throws {
    try restoredBackup()
    let server = try ServerProcess(["--durability", "full"], in: folder)
    try expectHeld(server)
    let told = try tool.run("recover", "--from", "copy.sqlite3").succeeded().output
    #expect(told.contains("put 3 rows back") && told.contains("numbers again"), "\(told)")
    #expect(try server.connect().ask(Requests.getPR("a", "new")) == .value("6"))
    #expect(try server.connect().ask(Requests.getPR("a", "c5", history: true)) == .value("5"))
    try server.stop()
    try tool.run("audit", "prserv.sqlite3").succeeded()
  }

  @Test("the rows come from a running follower as well")
  func fromServer() throws {
    try restoredBackup()
    let mirror = try ServerProcess(["--read-only"], in: folder, database: "copy.sqlite3")
    let told = try tool.run("recover", "--from", "\(mirror.address)").succeeded().output
    #expect(told.contains("put 3 rows back") && told.contains("numbers again"), "\(told)")
    try mirror.stop()
    try withServer(in: folder) { server in
      let answer = try server.connect().ask(Requests.getPR("a", "new"))
      #expect(answer == .value("6"))
    }
  }

  @Test("a loss can be acknowledged, and is an alarm where the durability allows it")
  func acknowledged() throws {
    try restoredBackup()
    let server = try ServerProcess(["--durability", "full"], in: folder)
    try expectHeld(server)
    try tool.run("recover", "--acknowledge-loss").succeeded()
    #expect(try server.connect().ask(Requests.getPR("a", "new")) == .value("3"))
    try server.stop()
  }

  @Test("it says what is wrong with a command line, a source and a database")
  func refused() throws {
    try tool.run("recover").failed(64, saying: "nothing to do")
    try tool.run("recover", "--acknowledge-loss").failed(saying: "prserv.sqlite3")
    try restoredBackup()
    try tool.run("freeze", "--database", "copy.sqlite3", "frozen.sqlite3").succeeded()
    try tool.run("recover", "--from", "frozen.sqlite3").failed(saying: "has no copy of the store")
    try tool.run("recover", "--from", "tcp://127.0.0.1:9").failed(saying: "127.0.0.1:9")
  }
}
