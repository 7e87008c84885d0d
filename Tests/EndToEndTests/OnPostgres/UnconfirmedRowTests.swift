// SPDX-License-Identifier: Apache-2.0
import TestPostgres
import TestThreads
import Testing

/// PostgreSQL shows a row whose wait for the standby was cancelled. The row is lost when the standby is promoted.
@Suite(
  "A row that no standby has confirmed", .ownThreads, .serialized, .enabled(if: PostgresOnServer.isTested))
struct UnconfirmedRowTests {
  @Test("is in no answer, by any verb, and its number goes to another content")
  func isInNoAnswer() throws {
    let cluster = try PostgresCluster(standbys: 1)
    let target = try PostgresOnServer.target(0, cluster)
    let (primary, standby) = (cluster.primary, cluster.standby)
    try standby.stop()
    // As another machine's writer leaves it whose wait is cancelled.
    let other = try primary.begin(Self.row)
    try primary.cancelWaitingCommits()
    #expect(try other.finish().messages.hasPrefix("WARNING:  01000"))
    let shown = try primary.run("SELECT checksum, value FROM headwater.feed")
    #expect(shown == [["one", "0"]], "PostgreSQL shows the row")
    let questions = [Requests.getPR("v", "one"), Requests.testPR("v", "one"), Requests.maxPackagePR("v")]
    let answers = ParallelWork(questions.count) { number in try target.connect().ask(questions[number]) }
    // They wait for the standby as well, instead of being answered.
    try primary.waitForWaitingCommits(questions.count)
    try primary.kill()
    try standby.start()
    try cluster.promote()
    #expect(try standby.run("SELECT checksum FROM headwater.feed WHERE checksum = 'one' AND asker IS NULL") == [])
    try cluster.rejoin(primary)
    let told = try answers.finish()
    #expect(told[0].value == "0", "it is numbered again, on record: \(told)")
    let next = try target.connect().ask(Requests.getPR("v", "two"))
    #expect(next.value == "1", "one value for two contents")
    try target.stop()
    try PostgresOnServer.expectWhole(cluster)
  }

  /// A row as the store has it, up to the digest, which is lost with it.
  private static let row = """
    WITH name AS (SELECT int4send(1) || 'v'::bytea || int4send(8) || 'core2-64'::bytea AS package)
    INSERT INTO headwater.feed (serial, version, pkgarch, checksum, value, package, tuple, number, origin)
    SELECT 1, 'v', 'core2-64', 'one', '0', sha256(package), sha256(package || int4send(3) || 'one'::bytea), int8send(0),
      'first' FROM name
    """
}
