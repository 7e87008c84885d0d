// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestPostgres
import TestThreads
import Testing

/// Heavier variants run when `HEADWATER_LONG_TESTS` is 1.
private let runsLongTests = ProcessInfo.processInfo.environment["HEADWATER_LONG_TESTS"] == "1"

/// The example of `topology/authority` does what docs/authority.md says of it.
@Suite(
  "An authority with Patroni", .ownThreads, .enabled(if: runsLongTests && LocalAuthority.available), .untilHung)
struct PatroniTests {
  /// A row that was confirmed stays, so that a second insertion changes nothing.
  private static func insert(_ row: Int, in authority: LocalAuthority) throws {
    try authority.confirm("INSERT INTO t VALUES (\(row)) ON CONFLICT DO NOTHING")
  }

  private static func rows(of authority: LocalAuthority) throws -> [[String]] {
    try authority.confirm("SELECT i FROM t ORDER BY i")
  }

  @Test("a leader that is asked to, killed, lost or stopped is replaced, and no confirmed row is lost")
  func outages() throws {
    let authority = try LocalAuthority()
    #expect(Set(try authority.members().map(\.role)).isSuperset(of: ["Leader", "Sync Standby"]))
    let sessions = try authority.confirm(
      "SELECT ssl, current_user, current_setting('server_encoding') FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    #expect(sessions == [["t", "headwater", "UTF8"]])
    #expect(try authority.confirm("SHOW synchronous_standby_names") != [[""]])
    // What the engine does with the rights of its role.
    try authority.confirm("CREATE TABLE IF NOT EXISTS t (i int PRIMARY KEY)")
    try authority.confirm("SELECT pg_logical_emit_message(true, 'headwater', '')")
    try authority.confirm("SELECT sync_state FROM pg_stat_replication WHERE sync_state = 'sync'")
    try Self.insert(1, in: authority)

    let first = try authority.member("Leader")
    try authority.patronictl("switchover", "--candidate", try authority.waitForStandby(), "--force")
    try Self.insert(2, in: authority)
    let second = try authority.member("Leader")
    #expect(second != first)

    try authority.waitForStandby()
    try Self.insert(3, in: authority)
    try authority.kill(second, withPatroni: false)
    try Self.insert(4, in: authority)
    let third = try authority.member("Leader")

    try authority.waitForStandby()
    try authority.pause(third)
    try Self.insert(5, in: authority)
    let fourth = try authority.member("Leader")
    #expect(fourth != third)
    try authority.resume(third)
    try Self.insert(6, in: authority)
    try authority.waitUntilAllFollow(3)
    #expect(try authority.member("Leader") == fourth)
    #expect(try Self.rows(of: authority) == (1...6).map { ["\($0)"] })

    try authority.waitForStandby()
    try authority.kill(fourth, withPatroni: true)
    try Self.insert(7, in: authority)
    #expect(try authority.member("Leader") != fourth)
    #expect(try Self.rows(of: authority) == (1...7).map { ["\($0)"] })
  }
}

extension LocalAuthority {
  /// Waits until so many members are there, all but the leader as standbys that receive its log.
  fileprivate func waitUntilAllFollow(_ count: Int) throws {
    // Patroni's list is asked again: no signal leaves it. Each question takes a second of work.
    for _ in 0..<300
    where try members().count(where: { $0.state == "running" }) == count
      && confirm("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == [["\(count - 1)"]]
    { return }
    Issue.record("not all members follow: \(try members())")
  }
}
