// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestProcesses

/// A statement at work in a session of its own, which psql holds.
package final class RunningStatement: Sendable {
  private let process: ChildProcess
  // Characters that no text of a test has.
  private static let (columnEnd, rowEnd) = ("\u{1F}", "\u{1E}")

  package struct Outcome: Sendable {
    /// Columns as text; NULL is empty.
    package let rows: [[String]]
    /// What the server said besides: notices, warnings and errors, each with its SQLSTATE.
    package let messages: String
    package let succeeded: Bool
  }

  init(_ sql: String, on url: String, of run: PostgresRun, settings: [String: String]) throws {
    let options = settings.sorted { $0.key < $1.key }.map { "-c \($0.key)=\($0.value)" }.joined(separator: " ")
    process = try run.start(
      run.programs.path("psql"),
      [
        "-X", "-q", "-A", "-t", "-F", Self.columnEnd, "-R", Self.rowEnd, "-v", "ON_ERROR_STOP=1", "-v",
        "VERBOSITY=verbose", "-d", url, "-c", sql,
      ], environment: ["PGOPTIONS": options])
  }

  /// Waits for the statement's end.
  package func finish() throws -> Outcome {
    let ending = try process.wait()
    // No row is no byte; one row of an empty text is an end of line.
    let output = process.output.text
    let rows = output.dropLast().split(separator: Self.rowEnd, omittingEmptySubsequences: false).map { row in
      row.split(separator: Self.columnEnd, omittingEmptySubsequences: false).map(String.init)
    }
    return Outcome(rows: output.isEmpty ? [] : rows, messages: process.errors.text, succeeded: ending == .exit(0))
  }
}

extension PostgresServer {
  /// Begins a statement, or several as one transaction, and does not wait for it.
  ///
  /// - Parameter settings: those of its session, such as `synchronous_commit`.
  package func begin(
    _ sql: String, database: String = "postgres", user: String = "postgres", settings: [String: String] = [:]
  ) throws -> RunningStatement {
    try RunningStatement(sql, on: url(database: database, user: user), of: run, settings: settings)
  }

  /// - Returns: the rows, each column as text; NULL is empty.
  /// - Throws: what the server said, where the statement failed.
  @discardableResult
  package func run(_ sql: String, database: String = "postgres", settings: [String: String] = [:]) throws -> [[String]]
  {
    let outcome = try begin(sql, database: database, settings: settings).finish()
    guard outcome.succeeded else { throw Failure("\(sql): \(outcome.messages)") }
    return outcome.rows
  }
}

extension PostgresCluster {
  /// Begins a statement on the server to which an address leads.
  package func begin(_ sql: String, at url: String) throws -> RunningStatement {
    try RunningStatement(sql, on: url, of: run, settings: [:])
  }
}
