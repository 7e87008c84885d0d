// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// A node that has an upstream, with a connection to it.
struct Site: LogSource {
  let server: ServerProcess
  let connection: RawConnection

  /// Rows need not survive the machine here, and none is copied: what is looked at is the asking.
  ///
  /// - Parameters:
  ///   - upstreams: their addresses, the preferred first.
  ///   - deadline: of a question to the upstreams. The default is for those that answer, or refuse at once.
  init(
    below upstreams: String..., away policy: String = "fallback", deadline: String = "20s",
    with options: [String] = [],
    in folder: TemporaryFolder? = nil, database: String = "prserv.sqlite3"
  ) throws {
    server = try ServerProcess(
      upstreams.flatMap { ["--upstream", $0] } + [
        "--upstream-away", policy, "--upstream-deadline", deadline, "--lock-timeout", "5s",
      ]
        + ["--durability", "off", "--sync-every", "off"] + options, in: folder, database: database,
      // Memory that was freed has other bytes at once: whoever goes on reading it is found out.
      environment: ["MALLOC_PERTURB_": "165"])
    connection = try server.connect()
  }

  func getPR(_ version: String, _ checksum: String, history: Bool = false) throws -> JSONValue {
    do {
      return try connection.ask(Requests.getPR(version, checksum, history: history))
    } catch let end as RawConnection.End {
      // For the message alone: how it ended, where it has.
      let ending = (try? server.process.wait(seconds: 1)).map { "\($0)" } ?? "it is still there"
      throw Failure("the connection ended (\(end)), and of the server: \(ending), \(server.log)")
    }
  }

  /// Expects that no value names two contents.
  func expectNoDuplicates(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let rows = try connection.rows()
    for (name, holders) in Dictionary(grouping: rows, by: { "\($0.version) \($0.value)" }) where holders.count > 1 {
      Issue.record("\(name) names \(holders.map(\.checksum))", sourceLocation: sourceLocation)
    }
  }

  static let away = "the upstream is away"
  static let back = "the upstream answers again"
}

/// What something gives, and how long it takes.
func measured<Value>(_ body: () throws -> Value) rethrows -> (Value, Duration) {
  let clock = ContinuousClock()
  let start = clock.now
  let value = try body()
  return (value, clock.now - start)
}
