// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

/// Requests that are refused: one clear answer each, and the connection goes on.
@Suite("Requests that cannot be served", .ownThreads)
struct RefusedRequestTests {
  /// A request and words of the refusal.
  static let refused: [(request: String, words: [String])] = [
    // no such request
    (#"{"frobnicate":{}}"#, ["unknown request", "get-pr"]), ("{}", ["unknown request"]), ("[]", ["unknown request"]),
    ("7", ["unknown request"]), ("true", ["unknown request"]), (#""get-pr""#, ["unknown request"]),
    (#"[{"ping":{}}]"#, ["unknown request"]), (#"{"Get-PR":{}}"#, ["unknown request"]),
    // missing fields
    (#"{"get-pr":{}}"#, ["get-pr", "version", "missing"]),
    (#"{"get-pr":{"version":"v","pkgarch":"p"}}"#, ["get-pr", "checksum", "missing"]),
    (#"{"get-pr":{"version":"v","checksum":"c"}}"#, ["get-pr", "pkgarch", "missing"]),
    (#"{"test-pr":{"version":"v","pkgarch":"p"}}"#, ["test-pr", "checksum", "missing"]),
    (#"{"test-package":{"version":"v"}}"#, ["test-package", "pkgarch", "missing"]),
    (#"{"max-package-pr":{"pkgarch":"p"}}"#, ["max-package-pr", "version", "missing"]),
    (#"{"import-one":{"version":"v","pkgarch":"p","checksum":"c"}}"#, ["import-one", "value", "missing"]),
    // wrong types
    (#"{"get-pr":null}"#, ["get-pr", "object"]), (#"{"get-pr":[]}"#, ["get-pr", "object"]),
    (#"{"export":"all"}"#, ["export", "object"]),
    (#"{"get-pr":{"version":7,"pkgarch":"p","checksum":"c"}}"#, ["version", "a string"]),
    (#"{"get-pr":{"version":"v","pkgarch":null,"checksum":"c"}}"#, ["pkgarch", "a string"]),
    (#"{"get-pr":{"version":"v","pkgarch":"p","checksum":{"a":1}}}"#, ["checksum", "a string"]),
    (#"{"get-pr":{"version":"v","pkgarch":"p","checksum":"c","history":"no"}}"#, ["history", "true or false"]),
    (#"{"get-pr":{"version":"v","pkgarch":"p","checksum":"c","history":0}}"#, ["history", "true or false"]),
    (#"{"export":{"version":7}}"#, ["version", "a string or null"]),
    (#"{"export":{"colinfo":1}}"#, ["colinfo", "true or false"]),
    (#"{"import-one":{"version":"v","pkgarch":"p","checksum":"c","value":null}}"#, ["value", "integer"]),
    (#"{"import-one":{"version":"v","pkgarch":"p","checksum":"c","value":true}}"#, ["value", "integer"]),
    (#"{"import-one":{"version":"v","pkgarch":"p","checksum":"c","value":[1]}}"#, ["value", "integer"]),
    (#"{"import-one":{"version":"v","pkgarch":"p","checksum":"c","value":1.5}}"#, ["value", "integer"]),
    (#"{"import-one":{"version":"v","pkgarch":"p","checksum":"c","value":1e3}}"#, ["value", "integer"]),
    // NUL, which SQLite's text cannot hold
    (#"{"get-pr":{"version":"v\u0000w","pkgarch":"p","checksum":"c"}}"#, ["version", "NUL"]),
  ]

  @Test("get an invoke-error that says why, and the connection goes on", arguments: ["partitioned", "bitbake"])
  func refusals(numbering: String) throws {
    try withServer(["--numbering", numbering]) { server in
      let connection = try server.connect()
      for (request, words) in Self.refused {
        let reply = try connection.ask(request)
        let refusal = try #require(reply.refusal, "\(request): \(reply)")
        for word in words { #expect(refusal.contains(word), "\(request): \(refusal)") }
      }
      #expect(try connection.rows() == [])
      #expect(try connection.ask(Requests.getPR("a", "c")) == .value("0"))
    }
  }

  @Test(
    "what is no request is logged with its sender, and counted as what it would have been",
    arguments: [
      (#"{"get-pr":{"version":"v"}}"#, "get-pr", "get-pr: the field pkgarch is missing"),
      (#"{"import-one":[]}"#, "import-one", "import-one: its fields must be a JSON object"),
      (#"{"changes":{"after":"x"}}"#, "changes", "changes: "), (#"{"frobnicate":{}}"#, "unknown", "unknown request"),
    ])
  func malformed(request: String, name: String, words: String) throws {
    try withServer(["--status", "0"]) { server in
      let refusal = try server.connect().ask(request).refusal
      #expect(refusal?.hasPrefix(words) == true)
      let count = "headwater_refusals_total{request=\"\(name)\",reason=\"malformed\"} 1\n"
      let metrics = try server.look("/metrics").body
      #expect(metrics.contains(count))
      #expect(server.hasLogged("warning a request was refused: \(words)"), "\(server.log)")
      #expect(server.hasLogged(" peer=127.0.0.1"), "\(server.log)")
    }
  }

  @Test(
    "an import of no revision is refused and stores nothing",
    arguments: [
      #""""#, #""x""#, #""1.""#, #"".1""#, #""1..2""#, #"" 1""#, #""1 ""#, #""+1""#, #""-1""#, #""1_0""#, #""1,2""#,
      #""0x1""#, #""１""#, #""18446744073709551616""#, #""1.18446744073709551616""#, "-1", "18446744073709551616",
      "100000000000000000000000000000",
    ])
  func noRevision(value: String) throws {
    try withServer { server in
      let connection = try server.connect()
      let reply = try connection.ask(Requests.importOne("a", "c", value: value))
      #expect(reply.refusal?.contains("not a revision") == true, "\(reply)")
      #expect(try connection.ask(Requests.testPR("a", "c")) == .object(["value": .null]))
      #expect(try connection.rows() == [])
    }
  }

  @Test("nothing is counted past 64 bits", arguments: ["partitioned", "bitbake"])
  func overflow(numbering: String) throws {
    try withServer(["--numbering", numbering]) { server in
      let connection = try server.connect()
      let largest = "18446744073709551615"
      #expect(try connection.ask(Requests.importOne("a", "c", value: #""\#(largest)""#)) == .value(largest))
      for request in [Requests.getPR("a", "new"), Requests.getPR("a", "new", history: true)] {
        let refusal = try #require(try connection.ask(request).refusal)
        #expect(refusal.contains(largest) && refusal.contains("a"), "\(refusal)")
      }
      #expect(try connection.ask(Requests.getPR("a", "c")) == .value(largest))
      #expect(try connection.ask(Requests.getPR("b", "c")) == .value("0"))
      #expect(try connection.rows().count == 2)
    }
  }

  @Test("an import that would give a value to a second checksum is refused and names the first")
  func taken() throws {
    try withServer { server in
      let connection = try server.connect()
      #expect(try connection.ask(Requests.importOne("a", "first", value: #""7""#)) == .value("7"))
      #expect(try connection.ask(Requests.importOne("a", "first", value: #""7""#)) == .value("7"))
      let refusal = try #require(try connection.ask(Requests.importOne("a", "second", value: "7")).refusal)
      #expect(refusal.contains("first") && refusal.contains("7"), "\(refusal)")
      #expect(try connection.rows() == [RecordedRow(version: "a", checksum: "first", value: "7")])
    }
  }

  @Test("an import is echoed with the type that it came with")
  func echo() throws {
    try withServer { server in
      let connection = try server.connect()
      #expect(try connection.ask(Requests.importOne("a", "c", value: "7")) == .object(["value": .integer(7)]))
      #expect(try connection.ask(Requests.importOne("b", "c", value: #""007""#)) == .value("007"))
    }
  }
}
