// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import TestProcesses

/// A primary with its standbys. Its servers end, and its folder is removed, with the object.
///
/// Each server has the settings of all roles, the same `synchronous_standby_names` among them, so that a server that is
/// promoted waits for the others as its predecessor did.
package final class PostgresCluster: Sendable {
  /// `a`, which is the first primary, `b` and so on.
  package let servers: [PostgresServer]
  private let folder: String
  let run: PostgresRun
  private let primaryIndex = Mutex(0)

  /// Starts the servers, and waits until the standbys are connected.
  ///
  /// - Parameters:
  ///   - standbys: how many there are; commits wait for one of them.
  ///   - settings: those of all servers besides the harness's own.
  package init(standbys: Int = 0, settings: [String: String] = [:]) throws {
    let run = try PostgresRun.shared
    let folder = try run.makeFolder()
    (self.run, self.folder) = (run, folder)
    servers = zip(["a", "b", "c", "d"], 0...standbys).map { name, number in
      PostgresServer(name, port: 5432 + number, in: folder, of: run)
    }
    let names = standbys == 0 ? "" : "FIRST 1 (\(servers.map(\.name).joined(separator: ", ")))"
    let text = Self.settings(settings.merging(["synchronous_standby_names": names]) { own, _ in own })
    for server in servers {
      try run.run("/bin/cp", ["-a", run.template, server.data])
      try Self.append(text, to: "\(server.data)/postgresql.conf")
    }
    for server in servers.dropFirst() { try Self.makeStandby(server, of: servers[0]) }
    for server in servers { try server.begin() }
    for server in servers { try server.waitForLog("database system is ready to accept") }
    for server in servers.dropFirst() { try waitForStandby(server) }
  }

  deinit {
    for server in servers { try? server.kill() }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The server that was promoted last.
  package var primary: PostgresServer { servers[primaryIndex.withLock { $0 }] }
  package var standbys: [PostgresServer] { servers.filter { $0 !== primary } }
  /// The only standby, or the first.
  package var standby: PostgresServer { standbys[0] }

  /// A connection string with all servers.
  package func url(database: String = "postgres", user: String = "postgres", _ settings: [String: String] = [:])
    -> String
  {
    PostgresURL.of(servers, database: database, user: user, settings)
  }

  /// Makes a standby the primary, and waits until it is one. The old primary stays as it is: end it or pause it before.
  package func promote(_ server: PostgresServer? = nil) throws {
    let server = server ?? standby
    guard try server.run("SELECT pg_promote(wait => true, wait_seconds => 600)") == [["t"]] else {
      throw Failure("the server \(server.name) was not promoted: \(server.log)")
    }
    primaryIndex.withLock { $0 = servers.firstIndex { $0 === server } ?? 0 }
  }

  package enum Way: Sendable {
    /// The data folder is made anew from the primary's.
    case freshCopy
    /// `pg_rewind` takes back what the primary does not have.
    case rewind
  }

  /// Makes a server a standby of the primary, and waits until it is connected. If it runs, it is killed first.
  package func rejoin(_ server: PostgresServer, by way: Way = .freshCopy) throws {
    let source = primary
    try server.kill()
    switch way {
    case .freshCopy:
      try FileManager.default.removeItem(atPath: server.data)
      try run.run("pg_basebackup", ["-d", source.url(), "-D", server.data, "-c", "fast", "--no-sync"])
    case .rewind:
      // The timeline that pg_rewind compares is that of the last checkpoint.
      try source.run("CHECKPOINT")
      try run.run("pg_rewind", ["-D", server.data, "--source-server", source.url(), "--no-sync"])
    }
    try Self.makeStandby(server, of: source)
    try server.start()
    try waitForStandby(server)
  }

  /// Exchanges the primary and a standby in order: nothing is lost.
  package func switchOver() throws {
    let old = primary
    try old.stop()
    try promote()
    try rejoin(old, by: .rewind)
  }

  /// Waits until the primary sends its log to a standby. From then on the standby counts.
  private func waitForStandby(_ server: PostgresServer) throws {
    let senders = "FROM pg_stat_replication WHERE state = 'streaming' AND application_name = '\(server.name)'"
    try primary.waitUntil("EXISTS (SELECT \(senders))")
  }
}
