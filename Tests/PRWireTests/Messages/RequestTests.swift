// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@testable import PRWire

/// docs/protocol.md, "Requests".
@Suite("Reading a request")
struct RequestTests {
  static let package = PackageKey(version: "v", pkgarch: "p")
  static let tuple = TupleKey(version: "v", pkgarch: "p", checksum: "c")
  static let fields = #""version":"v","pkgarch":"p","checksum":"c""#

  static let known: [(String, Request)] = [
    (#"{"ping":{}}"#, .ping), (#"{"ping": null}"#, .ping), (#"{"ping":{"x":1}}"#, .ping), (#"{"ping":[1]}"#, .ping),
    (#"{"is-readonly":{}}"#, .isReadonly), (#"{"is-readonly":null}"#, .isReadonly),
    (#"{"get-pr":{\#(fields)}}"#, .getPR(tuple, .none)),
    (#"{"get-pr":{\#(fields),"history":false}}"#, .getPR(tuple, .none)),
    (#"{"get-pr":{\#(fields),"history":null}}"#, .getPR(tuple, .none)),
    (#"{"get-pr":{\#(fields),"history":true}}"#, .getPR(tuple, .kept)),
    (#"{"test-pr":{\#(fields)}}"#, .testPR(tuple, .none)),
    (#"{"test-pr":{"history":true,\#(fields)}}"#, .testPR(tuple, .kept)),
    (#"{"test-package":{"version":"v","pkgarch":"p"}}"#, .testPackage(package)),
    (#"{"test-package":{\#(fields)}}"#, .testPackage(package)),
    (#"{"max-package-pr":{"pkgarch":"p","version":"v"}}"#, .maxPackagePR(package)),
    (#"{"import-one":{\#(fields),"value":"3"}}"#, .importOne(tuple, ImportedValue(text: "3"))),
    (#"{"import-one":{\#(fields),"value":"03.0"}}"#, .importOne(tuple, ImportedValue(text: "03.0"))),
    (#"{"import-one":{\#(fields),"value":3}}"#, .importOne(tuple, ImportedValue(text: "3", wasInteger: true))),
    (#"{"import-one":{\#(fields),"value":-3}}"#, .importOne(tuple, ImportedValue(text: "-3", wasInteger: true))),
    (#"{"export":{}}"#, .export(ExportQuery())),
    (
      #"{"export":{"version":null,"pkgarch":null,"checksum":null,"colinfo":false,"history":false}}"#,
      .export(ExportQuery())
    ),
    (#"{"export":{"version":"","pkgarch":"","checksum":"","colinfo":null,"history":null}}"#, .export(ExportQuery())),
    (
      #"{"export":{\#(fields),"colinfo":true,"history":true}}"#,
      .export(ExportQuery(RowFilter(version: "v", pkgarch: "p", checksum: "c", history: .kept), columns: true))
    ),
    (#"{"export":{"checksum":"c"}}"#, .export(ExportQuery(RowFilter(checksum: "c")))),
  ]

  @Test("each request of the table is read", arguments: known)
  func reads(message: String, request: Request) {
    #expect(Reading(message) == .request(request))
    #expect(Reading(" \t" + message.replacing(":", with: " : ") + " \r") == .request(request))
  }

  @Test(
    "what stands beside the known names is passed over",
    arguments: [
      #"{"x":1,"get-pr":{\#(fields)},"y":[{}]}"#, #"{"get-pr":{"x":{"checksum":"d"},\#(fields),"Version":0}}"#,
      #"{"get-pr":{\#(fields),"value":1,"colinfo":7}}"#, #"{"get-pr":{"version":"w",\#(fields)}}"#,
    ])
  func extraFields(message: String) {
    #expect(Reading(message) == .request(.getPR(Self.tuple, .none)))
  }

  @Test(
    "of several names the first of the table counts, ping before all",
    arguments: [
      (#"{"get-pr":{\#(fields)},"ping":{}}"#, .ping), (#"{"ping":{},"get-pr":{\#(fields)}}"#, .ping),
      (#"{"get-pr":7,"ping":{}}"#, .ping), (#"{"is-readonly":{},"export":{}}"#, .export(ExportQuery())),
      (#"{"test-pr":{\#(fields)},"get-pr":{\#(fields)}}"#, .getPR(tuple, .none)),
      (#"{"get-pr":{\#(fields)},"test-pr":{"history":true}}"#, .getPR(tuple, .none)),
    ] as [(String, Request)])
  func severalNames(message: String, request: Request) {
    #expect(Reading(message) == .request(request))
  }

  @Test("nothing of a request that lost to another one is left in it")
  func noLeftovers() {
    let message = #"{"test-pr":{\#(Self.fields),"history":true},"get-pr":{"version":"v","pkgarch":"p"}}"#
    #expect(Reading(message) == .refused(.missing(.getPR, field: "checksum")))
  }

  @Test("null says good-bye", arguments: ["null", " null\r"])
  func goodbye(message: String) {
    #expect(Reading(message) == .goodbye)
  }

  @Test(
    "a message that names no request is unknown",
    arguments: [
      "{}", "[]", "1", #""ping""#, "true", #"{"Ping":{}}"#, #"{"lookout":{}}"#, #"{"ping ":{}}"#, #"[{"ping":{}}]"#,
      #"{"x":{"ping":{}}}"#,
    ])
  func unknown(message: String) {
    #expect(Reading(message) == .refused(.unknownRequest))
  }

  @Test(
    "fields that are no object are refused, except where there are none",
    arguments: RequestKind.allCases, ["1", "null", "[]", #""v""#, "true"])
  func notAnObject(name: RequestKind, fields: String) {
    let reading = Reading("{\"\(name.rawValue)\":\(fields)}")
    switch name {
    case .ping: #expect(reading == .request(.ping))
    case .isReadonly: #expect(reading == .request(.isReadonly))
    default: #expect(reading == .refused(.notAnObject(name)))
    }
  }

  static let required: [(RequestKind, [String])] = [
    (.getPR, ["version", "pkgarch", "checksum"]), (.testPR, ["version", "pkgarch", "checksum"]),
    (.testPackage, ["version", "pkgarch"]), (.maxPackagePR, ["version", "pkgarch"]),
    (.importOne, ["version", "pkgarch", "checksum", "value"]),
  ]

  @Test("a missing field is named", arguments: required)
  func missing(name: RequestKind, fields: [String]) {
    for gone in fields {
      let rest = fields.filter { $0 != gone }.map { "\"\($0)\":\"1\"" }.joined(separator: ",")
      #expect(Reading("{\"\(name.rawValue)\":{\(rest)}}") == .refused(.missing(name, field: gone)))
    }
  }

  @Test("a field of another type is named", arguments: required)
  func wrongType(name: RequestKind, fields: [String]) {
    for wrong in fields where wrong != "value" {
      for value in ["1", "1.5", "null", "true", "[]", "{}"] {
        let members = fields.map { "\"\($0)\":" + ($0 == wrong ? value : "\"1\"") }.joined(separator: ",")
        let refusal = RequestError.wrongType(name, field: wrong, expected: "a string")
        #expect(Reading("{\"\(name.rawValue)\":{\(members)}}") == .refused(refusal), "\(wrong): \(value)")
      }
    }
  }

  @Test("the value to import is a string or an integer", arguments: ["1.0", "1e3", "true", "null", "[]", "{}"])
  func importedValue(value: String) {
    let message = #"{"import-one":{\#(Self.fields),"value":\#(value)}}"#
    #expect(
      Reading(message) == .refused(.wrongType(.importOne, field: "value", expected: "a string or an integer")))
  }

  @Test("a flag is true or false", arguments: ["0", "1", #""true""#, #""""#, "[]", "{}"])
  func flags(value: String) {
    for name in [RequestKind.getPR, .testPR, .export] {
      let message = "{\"\(name.rawValue)\":{\(Self.fields),\"history\":\(value)}}"
      #expect(Reading(message) == .refused(.wrongType(name, field: "history", expected: "true or false")))
    }
    #expect(
      Reading(#"{"export":{"colinfo":\#(value)}}"#)
        == .refused(.wrongType(.export, field: "colinfo", expected: "true or false")))
  }

  @Test("a filter is a string or null", arguments: ["version", "pkgarch", "checksum"])
  func filters(field: String) {
    for value in ["0", "true", "[]", "{}"] {
      #expect(
        Reading("{\"export\":{\"\(field)\":\(value)}}")
          == .refused(.wrongType(.export, field: field, expected: "a string or null")))
    }
  }

  @Test("a NUL character is refused: the database would end the text there")
  func nul() {
    for field in ["version", "pkgarch", "checksum"] {
      let message = #"{"get-pr":{\#(Self.fields),"\#(field)":"a\u0000b"}}"#
      #expect(Reading(message) == .refused(.containsNUL(.getPR, field: field)))
      #expect(Reading(#"{"export":{"\#(field)":"\u0000"}}"#) == .refused(.containsNUL(.export, field: field)))
    }
    let value = #"{"import-one":{\#(Self.fields),"value":"1\u0000"}}"#
    #expect(Reading(value) == .refused(.containsNUL(.importOne, field: "value")))
  }

  @Test(
    "broken JSON is refused as such, though a request is named before it breaks",
    arguments: [
      (#"{"ping":{}"#, .unexpectedEnd), (#"{"ping":{}} x"#, .trailingBytes), ("", .unexpectedEnd),
      (#"{"ping":{},"x":"\ud800"}"#, .badEscape), (#"{"x":[[[[]]]],"ping":{}}"#, .tooDeep), ("nul", .unexpectedEnd),
    ] as [(String, JSONError.Problem)])
  func brokenJSON(message: String, problem: JSONError.Problem) {
    guard case .invalid(let error) = Reading(message, depth: 4) else {
      Issue.record("\(Reading(message, depth: 4))")
      return
    }
    #expect(error.problem == problem)
  }

  @Test("what is wrong is said in words that hold nothing the peer sent")
  func descriptions() {
    #expect(
      RequestError.unknownRequest.description
        == "unknown request; known are \(RequestKind.allCases.map(\.rawValue).joined(separator: ", "))")
    #expect(RequestError.unknownRequest.description.contains("are ping, get-pr, test-pr, "))
    #expect(
      RequestError.missing(.getPR, field: "checksum").description == "get-pr: the field checksum is missing")
    #expect(
      RequestError.wrongType(.export, field: "history", expected: "true or false").description
        == "export: the field history must be true or false")
  }
}
