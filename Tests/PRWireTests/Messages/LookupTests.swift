// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import Testing

@testable import PRWire

@Suite("lookup")
struct LookupTests {
  static let table: [(LookupAnswer, String)] = [
    (LookupAnswer(greatest: nil, values: [], isComplete: true), #"{"max":null,"values":[],"complete":true}"#),
    (
      LookupAnswer(greatest: "3.10", values: ["3.10", "03"], isComplete: false, level: 2),
      #"{"max":"3.10","values":["3.10","03"],"complete":false,"level":2}"#
    ),
    (
      LookupAnswer(greatest: "\"é", values: [""], isComplete: true, level: 0),
      #"{"max":"\"\u00e9","values":[""],"complete":true,"level":0}"#
    ),
    (
      LookupAnswer(greatest: "9", values: ["1", "9"], hasMore: true, isComplete: true, level: 1),
      #"{"max":"9","values":["1","9"],"complete":true,"level":1,"more":true}"#
    ),
  ]

  @Test("an answer is written as the table says, and read back", arguments: table)
  func roundTrip(answer: LookupAnswer, json: String) throws {
    #expect(ByteBuffer.text { Response.lookup(answer).write(to: &$0) } == json)
    #expect(try Response(ByteBuffer(string: json), to: .lookup) == .lookup(answer))
  }

  @Test("members come in any order, and what nobody knows is passed over")
  func anyOrder() throws {
    let message = #" { "x" : [{}] , "values":["1"],"level":"2","complete":true,"max":"1"} "#
    #expect(
      try Response(ByteBuffer(string: message), to: .lookup)
        == .lookup(LookupAnswer(greatest: "1", values: ["1"], isComplete: true)))
  }

  @Test(
    "half an answer, or one of other types, is none",
    arguments: [
      "{}", "null", "[]", "7", #"{"max":"1","values":["1"]}"#, #"{"values":[],"complete":true}"#,
      #"{"max":"1","complete":true}"#, #"{"max":1,"values":[],"complete":true}"#,
      #"{"max":"1","values":[1],"complete":true}"#, #"{"max":"1","values":["1",null],"complete":true}"#,
      #"{"max":"1","values":{},"complete":true}"#, #"{"max":"1","values":null,"complete":true}"#,
      #"{"max":"1","values":[],"complete":1}"#,
    ])
  func unexpected(message: String) {
    #expect(throws: ResponseError.unexpected(.lookup)) { try Response(ByteBuffer(string: message), to: .lookup) }
  }

  @Test("broken JSON is no answer", arguments: ["", #"{"max":"1","values":["#, #"{"max":null,"values":[]}x"#])
  func brokenJSON(message: String) {
    #expect {
      try Response(ByteBuffer(string: message), to: .lookup)
    } throws: { error in
      if case ResponseError.json = error { true } else { false }
    }
  }

  @Test("a refusal is the server's words")
  func refusal() throws {
    let message = ByteBuffer(string: #"{"invoke-error":{"message":"no"}}"#)
    #expect(try Response(message, to: .lookup) == .error("no"))
  }

  @Test("a question that has come round is answered with the stores between")
  func loop() throws {
    let circle = try #require(QuestionPath(["a", "b", "a"]))
    let json = #"{"loop":["a","b","a"]}"#
    #expect(ByteBuffer.text { Response.loop(circle).write(to: &$0) } == json)
    #expect(try Response(ByteBuffer(string: json), to: .lookup) == .loop(circle))
  }

  @Test(
    "a path is a list of at most 16 stores",
    arguments: [
      (#"["a","b"]"#, ["a", "b"]), ("[]", []), (#" [ "a" ] "#, ["a"]), (#""a""#, nil), (#"[1]"#, nil),
      (#"["a",["b"]]"#, nil),
      (#"[""]"#, nil), (#"{"a":"b"}"#, nil), ("null", nil),
      ("[" + Array(repeating: #""a""#, count: 16).joined(separator: ",") + "]", Array(repeating: "a", count: 16)),
      ("[" + Array(repeating: #""a""#, count: 17).joined(separator: ",") + "]", nil),
      (#"["\#(String(repeating: "a", count: 64))"]"#, [String(repeating: "a", count: 64)]),
      (#"["\#(String(repeating: "a", count: 65))"]"#, nil),
      (#"["\#(String(repeating: #"\u0061"#, count: 64))"]"#, [String(repeating: "a", count: 64)]),
    ] as [(String, [String]?)])
  func paths(via: String, stores: [String]?) {
    let message = #"{"lookup":{"version":"v","pkgarch":"p","checksum":"c","via":\#(via),"within":7}}"#
    let tuple = TupleKey(version: "v", pkgarch: "p", checksum: "c")
    let path = stores.flatMap { QuestionPath($0) }
    guard let path else {
      guard case .refused(.wrongType(.lookup, "via", _)) = Reading(message) else {
        Issue.record("\(Reading(message))")
        return
      }
      return
    }
    #expect(Reading(message) == .request(.lookup(tuple, within: .milliseconds(7), via: path)))
  }
}
