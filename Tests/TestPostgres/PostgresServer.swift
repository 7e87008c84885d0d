// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import TestProcesses

/// One server of a cluster: a data folder, and the processes that serve it.
package final class PostgresServer: Sendable {
  /// Its `application_name` as a standby, and its name in `synchronous_standby_names`.
  package let name: String
  /// The number in the name of its socket. It listens on no port.
  package let port: Int
  /// The folder with the sockets of the cluster.
  package let sockets: String
  let run: PostgresRun
  private let process = Mutex<ChildProcess?>(nil)

  init(_ name: String, port: Int, in sockets: String, of run: PostgresRun) {
    (self.name, self.port, self.sockets, self.run) = (name, port, sockets, run)
  }

  deinit { try? kill() }

  package var data: String { "\(sockets)/\(name)" }
  package var isRunning: Bool { process.withLock { $0 != nil } }

  /// - Parameter settings: those of the connection, such as `target_session_attrs`.
  package func url(database: String = "postgres", user: String = "postgres", _ settings: [String: String] = [:])
    -> String
  {
    PostgresURL.of([self], database: database, user: user, settings)
  }

  /// The postmaster.
  package var pid: pid_t { get throws { try current.pid } }

  /// What it has logged since it was started. A line may come later than what follows it: see ``waitForLog(_:times:)``.
  package var log: String { process.withLock { $0?.errors.text } ?? "" }

  private var current: ChildProcess {
    get throws {
      guard let current = process.withLock({ $0 }) else { throw Failure("the server \(name) is not running") }
      return current
    }
  }

  /// Waits until the log has a text so many times since the server was started.
  package func waitForLog(_ text: String, times: Int = 1) throws {
    let errors = try current.errors
    guard errors.wait(until: { $0.split(separator: text, omittingEmptySubsequences: false).count > times }) else {
      throw Failure("the server \(name) did not log '\(text)': \(errors.text)")
    }
  }

  /// Starts it, and waits until it takes connections.
  package func start() throws {
    try begin()
    try waitForLog("database system is ready to accept")
  }

  /// Starts it. Its log goes into a pipe that all of its processes hold: the pipe's end is the end of all of them.
  func begin() throws {
    let place = ["-c", "unix_socket_directories=\(sockets)", "-c", "listen_addresses=", "-c", "port=\(port)"]
    let started = try run.start(run.programs.path("postgres"), ["-D", data] + place)
    process.withLock { $0 = started }
  }

  package enum Stop: CInt, Sendable {
    /// Sessions are ended, and what is on record is sent to the standbys.
    case fast = 2  // SIGINT
    /// Without a checkpoint: the next start recovers, as after a crash.
    case immediate = 3  // SIGQUIT
  }

  /// Stops it, and waits until all of its processes are gone.
  package func stop(_ kind: Stop = .fast) throws {
    let current = try current
    current.signal(kind.rawValue)
    let ending = try current.wait()
    process.withLock { $0 = nil }
    guard ending == .exit(0) else { throw Failure("the server \(name) ended with \(ending): \(current.errors.text)") }
  }

  /// Ends all of its processes with SIGKILL, and waits until they are gone.
  package func kill() throws {
    guard let current = process.withLock({ $0 }) else { return }
    PostgresProcesses(postmaster: current.pid).kill()
    _ = try current.wait()
    process.withLock { $0 = nil }
  }

  /// Stops all of its processes where they stand, with SIGSTOP. The kernel still takes what is sent to their sockets.
  package func pause() throws { try PostgresProcesses(postmaster: pid).freeze() }

  package func resume() throws { try PostgresProcesses(postmaster: pid).thaw() }
}
