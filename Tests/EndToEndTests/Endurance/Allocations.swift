// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import Testing

/// What clients were answered, and what must be true of it.
struct Allocations: Sendable {
  /// In the order in which each client got them.
  private(set) var answers: [[RecordedRow]] = []

  mutating func add(_ more: [[RecordedRow]]) { answers += more }

  var count: Int { answers.map(\.count).reduce(0, +) }

  /// Looks through the rows of a server: every answer is on record, no value names two checksums, and what was
  /// answered last is answered again.
  func check(_ connection: RawConnection, _ seed: Seed) throws {
    let rows = try connection.rows()
    let recorded = Set(rows)
    #expect(recorded.count == rows.count, "a row is there twice; \(seed)")
    let lost = answers.joined().filter { !recorded.contains($0) }
    #expect(lost.isEmpty, "\(lost.count) answers are not on record, such as \(lost.prefix(3)); \(seed)")
    for (name, holders) in Dictionary(grouping: rows, by: { "\($0.version) \($0.value)" }) where holders.count > 1 {
      Issue.record("\(name) names \(holders.map(\.checksum)); \(seed)")
    }
    for client in answers {
      for (version, own) in Dictionary(grouping: client, by: \.version) {
        let numbers = own.map { $0.number[0] }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 <= $1 }, "\(version) went down: \(numbers); \(seed)")
      }
    }
    try checkQuestions(rows, connection, seed)
  }

  private func checkQuestions(_ rows: [RecordedRow], _ connection: RawConnection, _ seed: Seed) throws {
    for (version, own) in Dictionary(grouping: rows, by: \.version) {
      let newest = own.max { $0.number[0] < $1.number[0] }!
      #expect(try connection.ask(Requests.maxPackagePR(version)) == .value(newest.value), "\(seed)")
      #expect(try connection.ask(Requests.getPR(version, newest.checksum)) == .value(newest.value), "\(seed)")
    }
    let tuples = Dictionary(grouping: rows) { [$0.version, $0.checksum] }.sorted { $0.key.joined() < $1.key.joined() }
    for history in [false, true] {
      let replies = try connection.askAll(
        tuples.map { Requests.testPR($0.key[0], $0.key[1], history: history) })
      for ((tuple, values), reply) in zip(tuples, replies) {
        let numbers = values.map { $0.number[0] }
        let expected = history ? numbers.min()! : numbers.max()!
        #expect(reply == .value("\(expected)"), "\(tuple), history \(history); \(seed)")
      }
    }
  }
}

/// Expects that an audit of a database finds no value that names two contents, and no damage. That BitBake's own server
/// would misread numbers of different length is not the database's fault.
func expectNoDuplicates(
  in folder: TemporaryFolder, database: String = "prserv.sqlite3", _ seed: Seed? = nil
) throws {
  let outcome = try run(.headwater, ["audit", "--json", database], in: folder)
  guard let report = try? JSONValue(outcome.output) else {
    throw Failure("no report of \(database), \(outcome.ending): \(outcome.errors)")
  }
  #expect(report["damage"] == .array([]), "\(seed?.description ?? "")")
  let kinds = Set(report["findings"]?.elements.compactMap { $0["kind"]?.string } ?? [])
  #expect(kinds.isSubset(of: ["text-order"]), "\(report); \(seed?.description ?? "")")
}

/// One client's allocations: new checksums and known ones over a few packages.
struct AllocatingClient {
  private var numbers: SeededNumbers
  private let name: String
  private var known: [(version: String, checksum: String)] = []
  private(set) var answers: [RecordedRow] = []

  init(_ name: String, _ seed: Seed) {
    self.name = name
    numbers = Seed(name.utf8.reduce(seed.number) { $0 &* 31 &+ UInt64($1) }).numbers
  }

  /// What it asks next.
  mutating func next() -> (version: String, checksum: String) {
    if !known.isEmpty, Int.random(in: 0..<3, using: &numbers) == 0 { return known.randomElement(using: &numbers)! }
    let tuple = ("package-\(Int.random(in: 0..<4, using: &numbers))", "\(name)-\(known.count)")
    known.append(tuple)
    return tuple
  }

  /// Keeps what it was answered.
  mutating func take(_ version: String, _ checksum: String, _ value: String) {
    answers.append(RecordedRow(version: version, checksum: checksum, value: value))
  }

  /// Asks once.
  mutating func allocate(_ connection: RawConnection) throws {
    let (version, checksum) = next()
    try connection.send(Requests.getPR(version, checksum) + "\n")
    let reply = try connection.readMessage()
    guard let value = reply.value else { throw Failure("\(version) \(checksum): \(reply)") }
    take(version, checksum, value)
  }

  /// Asks until the server is gone.
  mutating func allocateUntilTheEnd(_ connection: RawConnection, answered: () -> Void) throws {
    while true {
      let (version, checksum) = next()
      let request = Array((Requests.getPR(version, checksum) + "\n").utf8)
      guard connection.sendWhatIsTaken(request) == request.count else { return }
      let line: String
      do throws(RawConnection.End) {
        line = try connection.readLine()
      } catch {
        guard error != .timedOut else { throw error }
        return
      }
      guard let value = try JSONValue(line).value else { throw Failure("\(version) \(checksum): \(line)") }
      answers.append(RecordedRow(version: version, checksum: checksum, value: value))
      answered()
    }
  }
}
