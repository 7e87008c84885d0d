// SPDX-License-Identifier: Apache-2.0
import Foundation

extension PostgresCluster {
  /// The text of `postgresql.conf`. Quotes in values are the caller's affair: no setting of a test has one.
  static func settings(_ others: [String: String]) -> String {
    let own = [
      "hot_standby": "on",
      // A standby that was stopped finds what it missed.
      "wal_keep_size": "512MB",
      // For pg_rewind.
      "wal_log_hints": "on",
      // After a lost connection the standby asks again at once.
      "wal_retrieve_retry_interval": "100ms",
    ]
    return own.merging(others) { $1 }.sorted { $0.key < $1.key }.map { "\($0.key) = '\($0.value)'\n" }.joined()
  }

  static func makeStandby(_ server: PostgresServer, of primary: PostgresServer) throws {
    let connection =
      "host=\(primary.sockets) port=\(primary.port) user=postgres application_name=\(server.name)"
    try append("primary_conninfo = '\(connection)'\n", to: "\(server.data)/postgresql.conf")
    let signal = "\(server.data)/standby.signal"
    try Data().write(to: URL(fileURLWithPath: signal))
    try PostgresUser.current.own(signal)
  }

  /// The file keeps its owner.
  static func append(_ text: String, to file: String) throws {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
  }
}
