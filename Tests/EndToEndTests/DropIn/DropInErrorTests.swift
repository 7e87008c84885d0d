// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("What the drop-in says when it cannot", .ownThreads)
struct DropInErrorTests {
  @Test("a port that is taken is told by --start, which leaves nothing behind")
  func portInUse() throws {
    let server = try ServerProcess()
    let port = try #require(server.address.port)
    let outcome = try run(
      .bitbakePrserv, ["--start", "--host", "127.0.0.1", "--port", "\(port)"], in: server.folder)
    outcome.failed(saying: "cannot listen on", "\(port)", "another program does")
    #expect(access("/tmp/PRServer_127.0.0.1_\(port).pid", F_OK) != 0)
    try server.stop()
  }

  @Test(
    "what cannot be started is told by --start, in one line",
    arguments: [
      (["-f", "/proc/none/a.sqlite3"], "/proc/none"), (["-f", "rubbish"], "not an SQLite database"),
      (["-l", "/nonexistent/prserv.log"], "/nonexistent/prserv.log"), (["-r", "-f", "none.sqlite3"], "none.sqlite3"),
      (["--host", "no.such.host.invalid"], "no.such.host.invalid"),
    ])
  func cannotStart(options: [String], words: String) throws {
    let server = try DropIn()
    try server.folder.write(String(repeating: "rubbish ", count: 100), to: "rubbish")
    let address = options.contains("--host") ? [] : ["--host", server.host]
    try run(.bitbakePrserv, ["--start", "--port", "\(server.port)"] + address + options, in: server.folder)
      .failed(saying: words)
    #expect(server.pidFileText == nil)
  }

  @Test("no action prints the help")
  func help() throws {
    let outcome = try DropIn().run().succeeded()
    for option in [
      "--start", "--stop", "--file", "--log", "--loglevel", "--host", "--port", "--read-only", "--upstream",
    ] {
      #expect(outcome.output.contains(option), "\(outcome.output)")
    }
    #expect(!outcome.output.contains("daemon-report"))
  }

  @Test(
    "a command line that cannot be understood is exit 2, as it is with BitBake's",
    arguments: [
      ["--frobnicate"], ["--port", "many"], ["--port", "65536"], ["--loglevel", "LOUD"], ["--start", "x"],
      ["--lo", "x"],
      ["-x"], ["-rx"], ["-f"],
    ])
  func usage(options: [String]) throws {
    try run(.bitbakePrserv, options, in: TemporaryFolder()).failed(2)
  }
}
