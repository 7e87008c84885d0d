// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestPostgres
import TestSeed
import TestThreads
import Testing

/// The line between a node and its database ends after each byte of a request, in each direction.
@Suite(
  "A connection to PostgreSQL that is lost at any byte", .ownThreads, .serialized,
  .enabled(if: PostgresOnServer.isTested))
struct CutConnectionTests {
  /// What is asked when the line is cut.
  enum Asked: String, CaseIterable, Sendable {
    /// A tuple that has no row: the look lane, and then the write lane.
    case new
    /// A tuple that has one: the look lane alone.
    case known
  }

  /// All bytes take minutes; a run of other tests has some of them.
  private static let stride = runsLongTests ? 1 : 23

  @Test(
    "answers what is on record, gives nothing twice, and goes nowhere down", arguments: Asked.allCases,
    ByteCut.Direction.allCases)
  func anywhere(asked: Asked, direction: ByteCut.Direction) throws {
    let cluster = try PostgresCluster(standbys: 1, settings: ["fsync": "off"])
    let line = try ByteCut(to: .unix(path: "\(cluster.primary.sockets)/.s.PGSQL.\(cluster.primary.port)"))
    let port = try #require(line.address.port)
    let server = try ServerProcess(
      ["--durability", "full"], database: "postgresql://postgres@127.0.0.1:\(port)/postgres?sslmode=disable")
    let connection = try server.connect()
    var told: [String] = []
    /// Numbers go up by one with each new content, whatever becomes of the line.
    func ask(_ asked: Asked) throws {
      let checksum = asked == .new ? "content-\(told.count)" : "content-\(told.count - 1)"
      let answer = try connection.ask(Requests.getPR("package", checksum))
      if asked == .new { told.append(checksum) }
      try #require(answer == .value("\(told.count - 1)"), "\(checksum): \(answer)")
    }
    try ask(.new)
    var cuts = 0
    var place = Int(Seed.several(1)[0].number % UInt64(Self.stride))
    while true {
      // Statements are prepared on all connections.
      try ask(.new)
      try ask(.new)
      line.cut(direction, after: place)
      try ask(asked)
      // The request had fewer bytes than that.
      guard line.hasCut else { break }
      cuts += 1
      place += Self.stride
    }
    line.disarm()
    print("a request for a \(asked) tuple was cut at \(cuts) places of \(place) \(direction), and answered each time")
    #expect(cuts > 5)
    let rows = try connection.rows()
    #expect(rows.count == told.count && Set(rows.map(\.checksum)) == Set(told))
    try server.stop()
    try PostgresOnServer.expectWhole(cluster)
  }
}
