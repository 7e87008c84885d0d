// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// An authority and two sites below it, which have numbered packages and published them in a feed.
struct NumberedFederation {
  let hub: Hub
  let first: Follower
  private(set) var second: Follower
  /// What each node has answered before the feed was published.
  private(set) var published: [RecordedRow] = []
  private let packages: Int

  /// Numbers packages: one to three contents at the authority, and one more at the first site for each third package, at the
  /// second for each fifth.
  init(packages: Int) throws {
    self.packages = packages
    hub = try Hub()
    first = try Self.site("first", lane: "0/2", below: hub)
    second = try Self.site("second", lane: "1/2", below: hub)
    published = try Self.ask(
      hub.server, (0..<packages).flatMap { number in (0...number % 3).map { (Self.name(number), "content-\($0)") } })
    for (site, divisor) in [(first, 3), (second, 5)] {
      site.waitForLog(Follower.complete)
      published += try Self.ask(
        site.server,
        (0..<packages).filter { $0 % divisor == 0 }.flatMap { number in
          [(Self.name(number), "content-\(number % 3)"), (Self.name(number), "own-\(divisor)")]
        })
    }
  }

  private static func site(_ name: String, lane: String, below hub: Hub) throws -> Follower {
    try Follower(
      below: hub.address, every: "1h", with: ["--lane", lane], in: hub.folder, database: "\(name).sqlite3")
  }

  private static func name(_ number: Int) -> String { "package-\(number)-1.0-r0" }

  private static func ask(_ server: ServerProcess, _ builds: [(String, String)]) throws -> [RecordedRow] {
    let answers = try server.connect().askAll(builds.map { Requests.getPR($0.0, $0.1) })
    return try zip(builds, answers).map { build, answer in
      guard let value = answer.value else { throw Failure("\(build): \(answer)") }
      return RecordedRow(version: build.0, checksum: build.1, value: value)
    }
  }

  /// Writes the index of a feed that has all that was answered, in the form of opkg.
  func publish(to name: String) throws {
    let entries = published.map { row in
      let recipe = row.version.dropLast("-1.0-r0".count)
      return """
        Package: \(recipe)
        Version: 1.0-r0.\(row.value)
        Architecture: core2-64
        MD5Sum: 0cc175b9c0f1b6a831c399e269772661
        Size: 100
        Filename: \(recipe)_1.0-r0.\(row.value)_core2-64.ipk
        OE: \(recipe)


        """
    }
    try hub.folder.write(entries.joined(), to: name)
  }

  /// The database of the authority is gone, and so is that of the second site.
  func lose() throws {
    try hub.die()
    try second.server.kill()
    for name in try hub.folder.names where name.hasPrefix("hub.sqlite3") || name.hasPrefix("second.sqlite3") {
      try FileManager.default.removeItem(atPath: hub.folder.path(name))
    }
  }

  /// The authority and the second site serve new databases.
  mutating func comeBack() throws {
    try hub.comeBack()
    first.waitForLog(Follower.swapped)
    second = try Self.site("second", lane: "1/2", below: hub)
    second.waitForLog(Follower.complete)
  }

  /// Each package is built once more everywhere, at the authority last: with a new content, and with the newest one that the
  /// authority has published.
  ///
  /// - Returns: what each node answered: the first site, the second, the authority.
  func buildAgain() throws -> [[RecordedRow]] {
    try [first.server, second.server, hub.server].enumerated().map { index, server in
      try Self.ask(
        server,
        (0..<packages).flatMap { number in
          ["new-\(index)", "content-\(number % 3)"].map { (Self.name(number), $0) }
        })
    }
  }

  /// Those of some answers that the feed has for another content, or that are below what it has.
  func backwards(_ answers: [RecordedRow]) -> [RecordedRow] {
    let feed = Set(published)
    let greatest = Dictionary(published.map { ($0.version, $0.number) }) { one, other in
      one.lexicographicallyPrecedes(other) ? other : one
    }
    return answers.filter { answer in
      let isAbove = greatest[answer.version, default: []].lexicographicallyPrecedes(answer.number)
      return !isAbove && !(answer.number == greatest[answer.version] && feed.contains(answer))
    }
  }

  /// Ends the programs.
  func stop() throws {
    for server in [first.server, second.server, hub.server] { try server.stop() }
  }
}
