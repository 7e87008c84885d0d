// SPDX-License-Identifier: Apache-2.0

/// The keys under which logs carry values.
package enum LogKey {
  /// The address of the other side of a connection.
  package static let peer = "peer"
  /// How many messages of the same kind were left out since the last.
  package static let leftOut = "left-out"
  /// The version of the program.
  package static let version = "version"
  /// The options of the process, from wherever they come.
  package static let options = "options"
  /// The database's path.
  package static let database = "database"
  /// The version of SQLite.
  package static let sqlite = "sqlite"
  /// How many rows something was about.
  package static let rows = "rows"
  /// What people call this node.
  package static let node = "node"
  /// Which store a node's database is.
  package static let store = "store"
  /// The address of an upstream.
  package static let upstream = "upstream"
  /// What a peer says it is.
  package static let server = "server"
  /// How many nodes stand above.
  package static let level = "node-level"
  /// Why.
  package static let reason = "reason"
  /// In which lane a node mints.
  package static let lane = "lane"
  /// The name of an alarm's cause.
  package static let alarm = "alarm"
  /// What an operator can do.
  package static let advice = "what-to-do"
  /// For how long a peer was away.
  package static let away = "away"
  /// The tuple or the package that a question is about.
  package static let question = "question"
  /// For how long something is not done.
  package static let pause = "pause"
  /// How many questions had no answer.
  package static let failedQuestions = "failed-questions"
  /// Rows that the upstream had and has no more.
  package static let vanishedRows = "vanished-rows"
  /// Where a server listens.
  package static let listeners = "listeners"
  /// How many connections are meant.
  package static let connections = "connections"
  /// The path of a file.
  package static let file = "file"
}
