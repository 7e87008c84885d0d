// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// Pid files as another user of the machine could leave them.
@Suite("Pid files of others", .ownThreads)
struct PidFileTests {
  @Test("a lock on the file and the number of a process are not enough to have that process ended")
  func lockedByAnother() throws {
    let server = try DropIn()
    let victim = try ChildProcess("/bin/sleep", ["600"], in: "/tmp")
    try Data("\(victim.pid)\n".utf8).write(to: URL(fileURLWithPath: server.pidFile))
    let file = open(server.pidFile, O_RDWR | O_CLOEXEC)
    defer { close(file) }
    #expect(flock(file, LOCK_EX | LOCK_NB) == 0)
    try server.run("--stop").failed(saying: "cannot be trusted", "not a PR server")
    try server.run("--start").failed(saying: "cannot be trusted")
    #expect(DropIn.isAlive(victim.pid))
    victim.signal(SIGTERM)
    #expect(try victim.wait() == .signal(SIGTERM))
  }

  @Test("what is no regular file of one name is refused at once", arguments: ["link", "pipe", "second name"])
  func notRegular(kind: String) throws {
    let server = try DropIn()
    let target = server.folder.path("target")
    try server.folder.write("1\n", to: "target")
    switch kind {
    case "link": #expect(symlink(target, server.pidFile) == 0)
    case "pipe": #expect(mkfifo(server.pidFile, 0o600) == 0)
    default: try #require(link(target, server.pidFile) == 0)
    }
    try server.run("--stop").failed(saying: "cannot be trusted")
    try server.run("--start").failed(saying: "cannot be trusted")
    #expect(try server.folder.read("target") == "1\n")
  }

  @Test("a file of another user is told, and not written", .enabled(if: geteuid() == 0))
  func otherUser() throws {
    let server = try DropIn()
    let running = try DropIn()
    try running.start()
    let pid = try #require(running.pid)
    try Data("\(pid)\n".utf8).write(to: URL(fileURLWithPath: server.pidFile))
    #expect(chown(server.pidFile, 65_534, 65_534) == 0)
    let file = open(server.pidFile, O_RDWR | O_CLOEXEC)
    defer { close(file) }
    #expect(flock(file, LOCK_EX | LOCK_NB) == 0)
    try server.run("--stop").failed(saying: "belongs to another user")
    #expect(running.pid == pid)
    flock(file, LOCK_UN)
    try server.run("--start").failed(saying: server.pidFile, "belongs to another user; remove it")
    #expect(try String(contentsOfFile: server.pidFile, encoding: .utf8) == "\(pid)\n")
    try running.stop()
  }
}
