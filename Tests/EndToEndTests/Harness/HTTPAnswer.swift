// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads

/// What a status page said to one question.
struct HTTPAnswer {
  let status: Int
  /// Names in lower case.
  let headers: [String: String]
  let body: String

  /// Asks over a connection of its own.
  init(_ path: String, at server: Address?, method: String = "GET", headers: [String] = []) throws {
    guard let server else { throw Failure("the server has no status page") }
    let connection = try RawConnection(to: server, greets: false)
    try connection.send(Self.question(path, method, headers + ["Host: localhost", "Connection: close"]))
    let text = String(decoding: connection.readToEnd().bytes, as: UTF8.self)
    guard let gap = text.range(of: "\r\n\r\n") else { throw Failure("no answer of HTTP: \(text.prefix(200))") }
    let lines = text[..<gap.lowerBound].components(separatedBy: "\r\n")
    status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
    let pairs = lines.dropFirst().compactMap { line -> (String, String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    self.headers = Dictionary(pairs) { $1 }
    body = String(text[gap.upperBound...])
  }

  static func question(_ path: String, _ method: String = "GET", _ headers: [String] = ["Host: localhost"]) -> String {
    "\(method) \(path) HTTP/1.1\r\n" + headers.map { "\($0)\r\n" }.joined() + "\r\n"
  }

  var json: JSONValue { get throws { try JSONValue(body) } }
}

extension ServerProcess {
  func look(_ path: String, method: String = "GET", headers: [String] = []) throws -> HTTPAnswer {
    try HTTPAnswer(path, at: statusPage, method: method, headers: headers)
  }

  /// Waits until it says that it is ready, or that it is not.
  func waitUntil(ready: Bool) throws -> HTTPAnswer {
    var answer = try look("/readyz")
    try wait {
      answer = try look("/readyz")
      return (answer.status == 200) == ready
    }
    return answer
  }

  /// Waits for a condition, which is looked at each time that an open page is sent something: when rows have come, and
  /// else once a second.
  func wait(seconds: Double = Limit.seconds, until condition: () throws -> Bool) throws {
    guard let statusPage else { throw Failure("the server has no status page") }
    let page = try RawConnection(to: statusPage, greets: false)
    try page.send(HTTPAnswer.question("/events"))
    let start = ContinuousClock.now
    while try !condition() {
      // A server that says no more would be waited for without an end.
      guard ContinuousClock.now - start < .seconds(seconds) else { throw Failure("it never came: \(log)") }
      _ = try page.readEvent()
    }
  }
}

extension RawConnection {
  /// The next message of a stream of events, with what HTTP puts between them.
  func readEvent() throws -> String {
    var lines: [String] = []
    while case let line = try readLine(), !line.isEmpty { lines.append(line) }
    return lines.joined(separator: "\n")
  }
}
