// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// `topology/sites.yaml`, as `topology up` runs it.
@Suite("Sites", .ownThreads)
struct SitesTests {
  private static let teams = ["pune-kernel", "pune-apps", "toronto-drivers"]

  /// How long headquarters are away: a minute, or else a few requests of every builder.
  private static let absence: Duration = runsLongTests ? .seconds(60) : .zero

  @Test(
    "teams go on while headquarters are cut off, unaware of it, and then use its numbers again",
    arguments: Seed.several(1))
  func cutOff(seed: Seed) throws {
    let sites = try Federation("sites.yaml")
    let headquarters = try sites["headquarters"]
    let teams = try Self.teams.map { try sites[$0] }
    var top = try (0..<8).map { try Self.allocate("package-\($0 % 4)", "top-\($0)", at: headquarters) }

    let progress = Watched(Progress(builders: 2 * teams.count))
    let work = ParallelWork(2 * teams.count) { number in
      let connection = try teams[number % teams.count].connect()
      var client = AllocatingClient("builder-\(number)", seed)
      while !progress.current.isOver {
        try client.allocate(connection)
        progress.withLock { $0.answered[number] += 1 }
      }
      return client.answers
    }
    try Self.waitForMore(progress)
    try headquarters.signal(SIGSTOP)
    let cut = ContinuousClock.now
    // At least so long: each turn waits for answers.
    repeat { try Self.waitForMore(progress) } while ContinuousClock.now - cut < Self.absence
    try headquarters.signal(SIGCONT)
    for site in ["pune", "toronto"] { sites.waitForLog(of: site, "the upstream answers again") }
    try Self.waitForMore(progress)
    progress.withLock { $0.isOver = true }
    let answers = try work.finish()

    // What headquarters mint now is above all that the sites minted meanwhile, and holds for everybody.
    for number in 0..<4 {
      let newest = try Self.allocate("package-\(number)", "newest", at: headquarters)
      top.append(newest)
      for team in teams {
        #expect(try Self.allocate("package-\(number)", "newest", at: team) == newest, "\(team.name); \(seed)")
      }
    }
    sites.expectNoDuplicates(answers.flatMap(\.self) + top)
    expectNoneWentDown(answers + [top])
    try sites.stop()
    for team in teams { try expectNoDuplicates(in: sites.folder, database: team.database, seed) }
  }

  private struct Progress {
    var answered: [Int]
    var isOver = false

    init(builders: Int) { answered = Array(repeating: 0, count: builders) }
  }

  /// Waits until every builder has got some more answers.
  private static func waitForMore(_ progress: Watched<Progress>) throws {
    let before = progress.current.answered
    let wentOn = progress.wait { now in zip(now.answered, before).allSatisfy { $0 >= $1 + 10 } }
    guard wentOn else { throw Failure("builders stand still: \(before), then \(progress.current.answered)") }
  }

  private static func allocate(_ version: String, _ checksum: String, at node: Federation.Node) throws -> RecordedRow {
    let reply = try node.connect().ask(Requests.getPR(version, checksum))
    guard let value = reply.value else { throw Failure("\(node.name): \(reply)") }
    return RecordedRow(version: version, checksum: checksum, value: value)
  }
}
