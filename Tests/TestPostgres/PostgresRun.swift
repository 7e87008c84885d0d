// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import TestProcesses

/// What all clusters of a test process share: a folder, and one data folder as `initdb` made it, which each copies.
final class PostgresRun: Sendable {
  let programs: PostgresPrograms
  let folder: String
  private let guardian: ChildProcess
  /// Open as long as this process is there.
  private let life: CInt
  private let clusters = Mutex(0)

  private static let made = Result { try PostgresRun() }
  static var shared: PostgresRun { get throws { try made.get() } }

  private init() throws {
    programs = try PostgresPrograms()
    folder = "/tmp/hw-pg-\(getpid())"
    try PostgresUser.current.makeFolder(folder)
    (guardian, life) = try Self.guardFolder(folder)
    try run(
      "initdb",
      ["-D", template, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"])
  }

  var template: String { "\(folder)/template" }

  /// Makes a folder for a cluster. Its name is short: the path of a UNIX socket has room for 107 bytes.
  func makeFolder() throws -> String {
    let number = clusters.withLock { count in
      count += 1
      return count
    }
    let path = "\(folder)/\(number)"
    try PostgresUser.current.makeFolder(path)
    return path
  }

  func start(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> ChildProcess {
    let command = PostgresUser.current.command(program, arguments)
    // A home without the keys, passwords and settings of the user who runs the tests.
    let variables = PostgresPrograms.environment.merging(["HOME": folder]) { $1 }.merging(environment) { $1 }
    return try ChildProcess(command.program, command.arguments, environment: variables, in: folder)
  }

  /// Runs a program of PostgreSQL, or another by its path, to its end.
  func run(_ program: String, _ arguments: [String]) throws {
    let process = try start(program.hasPrefix("/") ? program : programs.path(program), arguments)
    guard try process.wait() == .exit(0) else {
      throw Failure("\(program) \(arguments): \(process.output.text)\(process.errors.text)")
    }
  }

  /// Starts a shell that waits for the end of this process, also by a crash: a pipe's writing end is closed then.
  /// The shell ends the servers that work in the folder, and removes the folder.
  private static func guardFolder(_ folder: String) throws -> (ChildProcess, CInt) {
    // What ends the tests from a terminal reaches this shell too.
    let script = """
      trap '' HUP INT TERM
      exec > /dev/null 2>&1
      read -r line <&3
      for process in /proc/[0-9]*; do
        case $(readlink "$process/cwd") in "$0" | "$0"/*) kill -9 "${process#/proc/}" ;; esac
      done
      rm -rf "$0"
      """
    var ends: [CInt] = [0, 0]
    let made = ChildProcess.whileNoneStarts {
      guard pipe(&ends) == 0 else { return -1 }
      return ends.map { fcntl($0, F_SETFD, FD_CLOEXEC) }.min() ?? -1
    }
    guard made == 0 else { throw Failure("no pipe: \(String(cString: strerror(errno)))") }
    defer { close(ends[0]) }
    return (try ChildProcess("sh", ["-c", script, folder], in: "/", passing: ends[0]), ends[1])
  }
}
