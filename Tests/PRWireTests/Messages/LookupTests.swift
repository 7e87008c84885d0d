// SPDX-License-Identifier: Apache-2.0
import NIOCore
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
}
