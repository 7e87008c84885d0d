// SPDX-License-Identifier: Apache-2.0

/// The keys under which logs carry values.
public enum LogKey {
  /// The address of the other side of a connection.
  public static let peer = "peer"
  /// How many messages of the same kind were left out since the last.
  public static let leftOut = "left-out"
  /// The version of the program.
  public static let version = "version"
  /// The options of the process, from wherever they come.
  public static let options = "options"
  /// The database's path.
  public static let database = "database"
  /// The version of SQLite.
  public static let sqlite = "sqlite"
  /// How many rows something was about.
  public static let rows = "rows"
  /// What people call this node.
  public static let node = "node"
  /// Which store a node's database is.
  public static let store = "store"
  /// The address of an upstream.
  public static let upstream = "upstream"
  /// What a peer says it is.
  public static let server = "server"
  /// How many nodes stand above.
  public static let level = "node-level"
  /// Why.
  public static let reason = "reason"
  /// In which lane a node mints.
  public static let lane = "lane"
  /// The name of an alarm's cause.
  public static let alarm = "alarm"
  /// What an operator can do.
  public static let advice = "what-to-do"
  /// For how long a peer was away.
  public static let away = "away"
  /// The tuple or the package that a question is about.
  public static let question = "question"
  /// For how long something is not done.
  public static let pause = "pause"
  /// How many questions had no answer.
  public static let failedQuestions = "failed-questions"
  /// Rows that the upstream had and has no more.
  public static let vanishedRows = "vanished-rows"
  /// Where a server listens.
  public static let listeners = "listeners"
  /// How many connections are meant.
  public static let connections = "connections"
  /// The path of a file.
  public static let file = "file"
}
