// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `bitbake-prserv` on an address of its own, in a folder of its own. No daemon outlives it.
final class DropIn: Sendable {
  let folder: TemporaryFolder
  /// An address of the loopback network that no other test has: pid files are named after it.
  let host: String
  let port: UInt16

  init(in folder: TemporaryFolder? = nil, host: String? = nil) throws {
    self.folder = try folder ?? TemporaryFolder()
    self.host = host ?? "127.\((1...254).randomElement()!).\((0...255).randomElement()!).\((1...254).randomElement()!)"
    port = try Address.freePort(host: self.host)
  }

  deinit {
    if let pid { kill(pid, SIGKILL) }
    unlink(pidFile)
  }

  var address: Address { .v4(host: host, port: port) }
  var pidFile: String { "/tmp/PRServer_\(host)_\(port).pid" }

  var pidFileText: String? { try? String(contentsOfFile: pidFile, encoding: .utf8) }

  /// The daemon's process, if the pid file names one that is alive and ours.
  var pid: pid_t? {
    guard let pid = pidFileText.flatMap({ pid_t($0.trimmingCharacters(in: .newlines)) }), Self.isAlive(pid),
      let words = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8),
      words.contains("bitbake-prserv"), words.contains(host)
    else { return nil }
    return pid
  }

  /// Whether a process is there, and more than an entry that its parent has not looked at.
  static func isAlive(_ pid: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let name = status.lastIndex(of: ")")
    else { return false }
    return !status[name...].dropFirst(2).hasPrefix("Z")
  }

  func run(_ options: String...) throws -> Outcome {
    try EndToEndTests.run(.bitbakePrserv, options + ["--host", host, "--port", "\(port)"], in: folder)
  }

  func start(_ options: String...) throws {
    let outcome = try EndToEndTests.run(
      .bitbakePrserv, ["--start", "--host", host, "--port", "\(port)"] + options, in: folder)
    outcome.succeeded()
    #expect(outcome.output == "")
  }

  func stop() throws {
    let outcome = try run("--stop")
    outcome.succeeded()
    #expect(outcome.output == "Sending SIGTERM to pr-server.\n")
  }
}
