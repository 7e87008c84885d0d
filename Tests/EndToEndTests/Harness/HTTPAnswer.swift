// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a status page said to one question.
struct HTTPAnswer {
  let status: Int
  /// Names in lower case.
  let headers: [String: String]
  let body: String

  /// Asks over a connection of its own.
  init(_ path: String, at server: Address?, method: String = "GET", headers: [String] = []) throws {
    guard let server else { throw Failure("the server has no status page") }
    let connection = try RawConnection(to: server, greets: false, seconds: 20)
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

  /// Asks whether it is ready until it says so, or that it is not.
  func waitUntil(ready: Bool, seconds: Double = 20) throws -> HTTPAnswer {
    let end = Date(timeIntervalSinceNow: seconds)
    while true {
      let answer = try look("/readyz")
      if (answer.status == 200) == ready || Date() > end { return answer }
    }
  }
}
