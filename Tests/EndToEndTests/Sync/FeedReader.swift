// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// Somebody who follows a server's feed, as a copy does. It shares no code with the programs.
struct FeedReader {
  private let connection: RawConnection
  private var store: String?
  private(set) var last: Int64 = 0
  private(set) var digest = ""
  /// In the order of their serials: version, pkgarch, checksum, value.
  private(set) var rows: [[String]] = []
  private(set) var resets = 0

  init(_ server: ServerProcess) throws { connection = try server.connect() }
  init(_ connection: RawConnection) { self.connection = connection }

  /// Asks once for what is new.
  ///
  /// - Returns: whether there is more.
  private mutating func ask(wait: Int) throws -> Bool {
    let place = try store.map { try JSONValue.string($0).text } ?? "null"
    let query = #"{"store":\#(place),"after":\#(last),"digest":"\#(digest)","limit":8192,"wait":\#(wait)}"#
    let answer = try connection.ask(#"{"changes":\#(query)}"#)
    if answer["reset"] != nil {
      (store, last, digest, rows) = (nil, 0, "", [])
      resets += 1
      return true
    }
    guard let name = answer["store"]?.string, case .integer(let serial)? = answer["last"],
      let told = answer["digest"]?.string, let more = answer["more"], let news = answer["rows"]
    else { throw Failure("no page: \(answer)") }
    (store, last, digest) = (name, serial, told)
    rows += news.elements.map { $0.elements.compactMap(\.string) }
    return more == .bool(true)
  }

  /// Reads all that there is.
  mutating func catchUp() throws { while try ask(wait: 0) {} }

  /// Reads until the rows satisfy a condition.
  mutating func wait(
    sourceLocation: SourceLocation = #_sourceLocation,
    until condition: ([[String]]) -> Bool
  ) throws {
    let start = ContinuousClock.now
    try catchUp()
    while !condition(rows) {
      guard ContinuousClock.now - start < .seconds(Limit.seconds) else {
        Issue.record("\(rows.count) rows after \(Limit.seconds) s", sourceLocation: sourceLocation)
        return
      }
      while try ask(wait: 2) {}
    }
  }

  /// Waits until a row is there.
  mutating func wait(for checksum: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try wait(sourceLocation: sourceLocation) { rows in rows.contains { $0[2] == checksum } }
  }

  var set: Set<[String]> { Set(rows) }
}

/// A node that copies its upstream, with a reader of its own feed.
struct Follower: LogSource {
  let server: ServerProcess
  var feed: FeedReader

  init(
    below upstream: String, every: String = "60s", with options: [String] = [], in folder: TemporaryFolder? = nil,
    database: String = "copy.sqlite3", listeners: [String] = ServerProcess.standardListeners
  ) throws {
    server = try ServerProcess(
      [
        "--upstream", upstream, "--sync-every", every, "--upstream-deadline", "20s", "--lock-timeout", "5s",
        "--durability", "off", "--log-level", "debug",
      ] + options,
      in: folder, database: database, listeners: listeners)
    feed = try FeedReader(server)
  }

  static let reset = "other rows than were copied"
  static let swapped = "the fresh copy has taken the old one's place"
  static let complete = "the copy holds all that the upstream has"
  static let failed = "the upstream could not be copied"
  static let recovered = "the upstream is being copied again"
}

extension ServerProcess {
  /// Everything in its feed.
  func feed() throws -> FeedReader {
    var reader = try FeedReader(self)
    try reader.catchUp()
    return reader
  }
}

extension TemporaryFolder {
  /// Makes a database with so many rows, ten a package, the fast way.
  func fill(_ database: String, _ count: Int, from start: Int = 0) throws {
    let lines = (start..<start + count).map { number in
      #"{"version":"package-\#(number / 10)","pkgarch":"core2-64","checksum":"checksum-\#(number)","value":"\#(number % 10)"}"#
    }
    try write(lines.joined(separator: "\n"), to: "fill.jsonl")
    let outcome = try run(.headwater, ["import", "--database", database, "fill.jsonl"], in: self)
    #expect(outcome.ending == .exit(0), "\(outcome.errors)")
  }
}
