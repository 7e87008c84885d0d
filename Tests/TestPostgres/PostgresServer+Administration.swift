// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestProcesses

extension PostgresServer {
  package func createDatabase(_ name: String, encoding: String = "UTF8") throws {
    try run("CREATE DATABASE \"\(name)\" ENCODING '\(encoding)' LOCALE 'C' TEMPLATE template0")
  }

  /// - Parameters:
  ///   - password: what the role has to show from now on; nil: nothing.
  ///   - settings: those of the role's sessions.
  package func createRole(_ name: String, password: String? = nil, settings: [String: String] = [:]) throws {
    try run("CREATE ROLE \"\(name)\" LOGIN" + (password.map { " PASSWORD '\($0)'" } ?? ""))
    for (key, value) in settings.sorted(by: { $0.key < $1.key }) {
      try run("ALTER ROLE \"\(name)\" SET \(key) = '\(value)'")
    }
    guard password != nil else { return }
    let file = "\(data)/pg_hba.conf"
    let rules = try String(contentsOfFile: file, encoding: .utf8)
    try "local all \"\(name)\" scram-sha-256\n\(rules)".write(toFile: file, atomically: false, encoding: .utf8)
    try run("SELECT pg_reload_conf()")
  }

  /// Changes a setting as an administrator does. Sessions that there are follow when they are next idle.
  package func set(_ setting: String, _ value: String) throws {
    try run("ALTER SYSTEM SET \(setting) = '\(value)'")
    try run("SELECT pg_reload_conf()")
  }

  /// Waits until a condition of the server's own state holds, for two minutes.
  ///
  /// - Parameter condition: an expression of SQL.
  package func waitUntil(_ condition: String) throws {
    // The server looks again after this time: no signal leaves it when a session waits, or a standby connects.
    let pause = "pg_sleep(0.005)"
    try run(
      """
      DO $$ BEGIN
        WHILE NOT (\(condition)) LOOP PERFORM pg_stat_clear_snapshot(), \(pause); END LOOP;
      END $$
      """, settings: ["statement_timeout": "120s"])
  }

  /// Waits until so many sessions wait for a standby to confirm their commits.
  ///
  /// - Returns: their processes.
  @discardableResult
  package func waitForWaitingCommits(_ count: Int = 1) throws -> [pid_t] {
    let waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    try waitUntil("(SELECT count(*) \(waiting)) >= \(count)")
    return try run("SELECT pid \(waiting)").compactMap { pid_t($0[0]) }
  }

  /// Cancels the commits that wait for a standby. They succeed, with a warning that they may not have reached it.
  package func cancelWaitingCommits(_ count: Int = 1) throws {
    try waitForWaitingCommits(count)
    try run("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
  }

  /// Ends the sessions whose commits wait for a standby.
  package func terminateWaitingCommits(_ count: Int = 1) throws {
    try waitForWaitingCommits(count)
    try run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
  }
}
