// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestProcesses

/// The example of `topology/authority` on this machine: etcd, and Patroni with PostgreSQL for each of three machines.
package final class LocalAuthority: Sendable {
  /// With the role that Headwater has, and certificates that are checked.
  package let url: String
  private let folder: String
  private let run: PostgresRun
  private let process: ChildProcess

  package static let available =
    PostgresPrograms.available
    && ["etcd", "patroni", "patronictl", "python3", "openssl"].allSatisfy { program in
      ["/usr/bin", "/usr/local/bin"].contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

  /// A member as Patroni lists it.
  package struct Member: Hashable, Sendable, Decodable {
    package let name: String
    package let role: String
    package let state: String

    private enum CodingKeys: String, CodingKey {
      case name = "Member"
      case role = "Role"
      case state = "State"
    }
  }

  /// Starts all of it, and waits until there is a leader with a synchronous standby.
  package init() throws {
    let run = try PostgresRun.shared
    let base = try run.makeFolder()
    // The other user may not reach the folder of the project.
    let example = "\(base)/topology"
    let source = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
        "topology")
    try FileManager.default.createDirectory(atPath: example, withIntermediateDirectories: false)
    for name in ["authority", "certificates"] {
      try FileManager.default.copyItem(atPath: source.appendingPathComponent(name).path, toPath: "\(example)/\(name)")
    }
    folder = "\(base)/run"
    self.run = run
    process = try run.start("\(example)/authority/local", [folder])
    guard process.output.wait(until: { $0.split(separator: "\n").count > 1 }), let url = process.output.lines.first
    else { throw Failure("the authority did not start: \(process.errors.text)") }
    self.url = url
  }

  deinit {
    process.signal(SIGTERM)
    _ = try? process.wait()
    try? FileManager.default.removeItem(atPath: folder)
  }

  package func members() throws -> [Member] {
    try JSONDecoder().decode([Member].self, from: Data(patronictl("list", "--format", "json").utf8))
  }

  package func member(_ role: String) throws -> String {
    let members = try members()
    guard let member = members.first(where: { $0.role == role }) else {
      throw Failure("no member has the role '\(role)': \(members)")
    }
    return member.name
  }

  /// Waits until Patroni has recorded a standby that it may promote: some seconds after each change.
  ///
  /// - Returns: its name.
  @discardableResult
  package func waitForStandby() throws -> String {
    // The list is asked for again: no signal leaves Patroni. A question takes half a second, the loop five minutes.
    for _ in 0..<600 {
      if let standby = try members().first(where: { $0.role == "Sync Standby" }) { return standby.name }
    }
    throw Failure("there is no synchronous standby: \(try members())")
  }

  @discardableResult
  package func patronictl(_ arguments: String...) throws -> String {
    let command = try run.start("\(folder)/patronictl", arguments)
    guard try command.wait() == .exit(0) else {
      throw Failure("patronictl \(arguments): \(command.output.text)\(command.errors.text)")
    }
    return command.output.text
  }

  /// Runs a statement on the leader, until it is confirmed: while the leader changes there is none.
  ///
  /// - Parameter sql: a statement that may be run more than once.
  @discardableResult
  package func confirm(_ sql: String) throws -> [[String]] {
    let address = "\(url)&target_session_attrs=read-write&connect_timeout=3"
    var messages: [String] = []
    // Two minutes at least: an attempt without a leader takes as long as a start of psql.
    for _ in 0..<2_400 {
      let outcome = try RunningStatement(sql, on: address, of: run, settings: [:]).finish()
      if outcome.succeeded && outcome.messages.isEmpty { return outcome.rows }
      messages.append(outcome.messages)
    }
    throw Failure("'\(sql)' was not confirmed: \(messages.suffix(3))")
  }

  /// Ends the PostgreSQL of a machine, and its Patroni if the machine is lost, at once.
  package func kill(_ machine: String, withPatroni isLost: Bool) throws {
    if isLost { Glibc.kill(try patroni(of: machine), SIGKILL) }
    try postgres(of: machine).kill()
  }

  /// Stops a machine's PostgreSQL and Patroni where they stand.
  package func pause(_ machine: String) throws {
    Glibc.kill(try patroni(of: machine), SIGSTOP)
    try postgres(of: machine).freeze()
  }

  package func resume(_ machine: String) throws {
    try postgres(of: machine).thaw()
    Glibc.kill(try patroni(of: machine), SIGCONT)
  }

  private func patroni(of machine: String) throws -> pid_t { try firstLine(of: "\(folder)/\(machine)/patroni.pid") }

  private func postgres(of machine: String) throws -> PostgresProcesses {
    PostgresProcesses(postmaster: try firstLine(of: "\(folder)/\(machine)/data/postmaster.pid"))
  }

  private func firstLine(of file: String) throws -> pid_t {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    guard let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) }), pid > 1 else {
      throw Failure("\(file) has no process: \(text)")
    }
    return pid
  }
}
