// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// The files of a database are damaged, cut, removed and replaced. Afterwards every answer is on record, or nothing is
/// numbered any more and the reason is given.
@Suite("A database whose files are damaged", .ownThreads)
struct DamagedFileTests {
  private static let rounds = runsLongTests ? 20 : 1

  enum Moment: String, CaseIterable {
    case whileItRuns = "while its server runs"
    case afterAKill = "after its server was killed"
    case afterAStop = "after its server was stopped"
  }

  /// A short run has one moment for each kind of damage, a long one all.
  private static func moments(_ numbers: inout SeededNumbers) -> [Moment] {
    runsLongTests ? Moment.allCases : [Moment.allCases.randomElement(using: &numbers) ?? .whileItRuns]
  }

  @Test("loses nothing without saying so", arguments: DamagedFile.allCases, Seed.several(rounds))
  func damaged(damage: DamagedFile, seed: Seed) throws {
    var numbers = Seed(seed.number &+ UInt64(damage.rawValue.utf8.count)).numbers
    for moment in Self.moments(&numbers) {
      let life = try Life(damage, seed)
      switch moment {
      case .whileItRuns:
        try life.damage()
        life.askOn()
        try life.kill()
      case .afterAKill:
        try life.kill()
        try life.damage()
      case .afterAStop:
        try life.stop()
        try life.damage()
      }
      print("\(damage.rawValue) \(moment.rawValue): \(try life.judge())")
    }
  }
}

/// A server whose answers are known, and whose mark has come as far as they have.
private final class Life {
  private let damaging: DamagedFile
  private let seed: Seed
  private var numbers: SeededNumbers
  private let folder: TemporaryFolder
  private let server: ServerProcess
  private let other: ServerProcess
  private var client: AllocatingClient
  /// How many requests were refused after the damage.
  private var refusals = 0

  init(_ damaging: DamagedFile, _ seed: Seed) throws {
    (self.damaging, self.seed) = (damaging, seed)
    numbers = seed.numbers
    folder = try TemporaryFolder()
    server = try ServerProcess(["--status", "0"], in: folder)
    other = try ServerProcess(in: folder, database: "other.sqlite3")
    var stranger = AllocatingClient("stranger", seed)
    for _ in 0..<30 { try stranger.allocate(other.connect()) }
    client = AllocatingClient("client", seed)
    let connection = try server.connect()
    for _ in 0..<Int.random(in: 20...80, using: &numbers) { try client.allocate(connection) }
    try waitForMark()
  }

  /// Rows come meanwhile, so that the log is not brought to the database. They may be lost: what came in the second before a
  /// mark is in none.
  private func waitForMark() throws {
    let last = try server.feed().last
    let connection = try server.connect()
    var number = 0
    try server.wait {
      number += 1
      guard try connection.ask(Requests.getPR("busy", "\(number)")).value != nil else { throw Failure("\(server.log)") }
      return Self.markedSerial(try? folder.read("prserv.sqlite3.mark")) >= last
    }
  }

  private static func markedSerial(_ mark: String?) -> Int64 {
    let line = mark?.split(separator: "\n").first { $0.hasPrefix("last ") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? -1
  }

  func damage() throws {
    try damaging.inflict(on: folder.path("prserv.sqlite3"), from: folder.path("other.sqlite3"), &numbers)
  }

  /// Asks for a while; the server may refuse, and may be gone.
  func askOn() {
    guard let connection = try? server.connect() else { return }
    for _ in 0..<20 {
      let (version, checksum) = client.next()
      guard let reply = try? connection.ask(Requests.getPR(version, checksum)) else { return }
      if let value = reply.value { client.take(version, checksum, value) } else { refusals += 1 }
    }
  }

  func kill() throws {
    server.process.signal(SIGKILL)
    _ = try server.process.wait()
  }

  func stop() throws { try server.stop() }

  /// Starts a server on what is left.
  ///
  /// - Returns: what became of it.
  func judge() throws -> String {
    let restarted: ServerProcess
    do {
      restarted = try ServerProcess(in: folder)
    } catch let failure as Failure {
      #expect(failure.description.contains("(exit(1))"), "\(failure); \(seed)")
      return "no start"
    }
    let connection = try restarted.connect()
    let reply = try connection.ask(Requests.export(history: true))
    let rows = Set((try? connection.rows()) ?? [])
    let lost = client.answers.filter { !rows.contains($0) }
    if reply.refusal == nil, lost.isEmpty {
      var allocations = Allocations()
      allocations.add([client.answers])
      try allocations.check(connection, seed)
    } else {
      // Of what is lost no number may be given again.
      for package in Set(client.answers.map(\.version)) {
        let answer = try connection.ask(Requests.getPR(package, "new"))
        #expect(answer.value == nil, "\(lost.count) are lost, and \(package) is numbered: \(answer); \(seed)")
      }
    }
    try restarted.kill()
    return
      "\(refusals) refused; \(lost.isEmpty ? "nothing lost" : "\(lost.count) of \(client.answers.count) lost, and nothing numbered")"
  }
}
