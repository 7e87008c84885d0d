// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import Testing

@testable import PRWire

@Suite("Replies")
struct ResponseTests {
  static let table: [(RequestKind, Response, String)] = [
    (.ping, .alive, #"{"alive":true}"#),
    (.getPR, .value("3"), #"{"value":"3"}"#), (.getPR, .value("03.10"), #"{"value":"03.10"}"#),
    (.testPR, .value("3"), #"{"value":"3"}"#), (.testPR, .noValue, #"{"value":null}"#),
    (.maxPackagePR, .value("3.0"), #"{"value":"3.0"}"#), (.maxPackagePR, .noValue, #"{"value":null}"#),
    (.testPackage, .known(true), #"{"value":true}"#), (.testPackage, .known(false), #"{"value":false}"#),
    (.importOne, .imported(ImportedValue(text: "3")), #"{"value":"3"}"#),
    (.importOne, .imported(ImportedValue(text: "3", wasInteger: true)), #"{"value":3}"#),
    (.importOne, .imported(nil), "null"),
    (.isReadonly, .readonly(true), #"{"readonly":true}"#), (.isReadonly, .readonly(false), #"{"readonly":false}"#),
    (.getPR, .error("no \"é\"\n"), #"{"invoke-error":{"message":"no \"\u00e9\"\n"}}"#),
    (.export, .error("no"), #"{"invoke-error":{"message":"no"}}"#),
  ]

  @Test("a reply is written as the table says, and read back", arguments: table)
  func roundTrip(name: RequestKind, response: Response, json: String) throws {
    var out = ByteBuffer()
    response.write(to: &out)
    #expect(String(buffer: out) == json)
    #expect(try Response(out, to: name) == response)
  }

  @Test("an error is read whatever was asked", arguments: RequestKind.allCases)
  func error(name: RequestKind) throws {
    let message = ByteBuffer(string: #" {"x":1, "invoke-error" : {"code":7,"message":"\u00e9"}} "#)
    #expect(try Response(message, to: name) == .error("é"))
  }

  @Test("members that nobody asked for are passed over")
  func extraMembers() throws {
    let message = ByteBuffer(string: #"{"x":{"value":"9"},"value":"3","invoke-error":null}"#)
    #expect(try Response(message, to: .getPR) == .value("3"))
  }

  @Test(
    "another shape is no answer",
    arguments: [
      (
        .getPR,
        [
          #"{"value":null}"#, "{}", "null", #"{"value":3}"#, #"{"value":true}"#, "[]", "3", #""3""#,
          #"{"Value":"3"}"#, #"{"invoke-error":"no"}"#, #"{"invoke-error":{"message":3}}"#, #"{"alive":true}"#,
        ]
      ),
      (.testPR, ["{}", "null", #"{"value":3}"#, #"{"value":true}"#]),
      (.maxPackagePR, ["{}", "null", #"{"value":false}"#]),
      (.testPackage, ["{}", "null", #"{"value":"true"}"#, #"{"value":null}"#, #"{"value":1}"#]),
      (.importOne, ["{}", "[]", #"{"value":null}"#, #"{"value":1.5}"#, #"{"value":true}"#]),
      (.ping, ["{}", "null", #"{"alive":false}"#, #"{"alive":"true"}"#, #"{"value":true}"#]),
      (.isReadonly, ["{}", "null", #"{"readonly":null}"#, #"{"readonly":0}"#]),
      (.export, ["{}", "null", #"{"metainfo":{},"datainfo":[]}"#]),
    ] as [(RequestKind, [String])])
  func unexpected(name: RequestKind, messages: [String]) {
    for message in messages {
      #expect(throws: ResponseError.unexpected(name), "\(message)") {
        try Response(ByteBuffer(string: message), to: name)
      }
    }
  }

  @Test(
    "broken JSON is no answer",
    arguments: [
      ("", .unexpectedEnd, 0), (#"{"value":"3""#, .unexpectedEnd, 12), (#"{"value":"3"}x"#, .trailingBytes, 13),
      (#"{"value":[[[]]]}"#, .tooDeep, 12), (#"{"value":"\ud800"}"#, .badEscape, 16),
    ] as [(String, JSONError.Problem, Int)])
  func brokenJSON(message: String, problem: JSONError.Problem, offset: Int) {
    let error = ResponseError.json(JSONError(problem: problem, offset: offset))
    #expect(throws: error) { try Response(ByteBuffer(string: message), to: .getPR, depth: 3) }
  }

  @Test("a value that stands in memory as UTF-8 becomes the same line", arguments: ["3", "03.10", "é", "\"", ""])
  func writeLine(value: String) {
    let line = ByteBuffer.text { out in
      value.bytes.withUnsafeBytes { Response.writeLine(value: $0, to: &out) }
    }
    #expect(line == ByteBuffer.text { Response.value(value).write(to: &$0) } + "\n")
  }

  @Test("an error's text travels as one line of printable ASCII")
  func errorsAreASCII() throws {
    var out = ByteBuffer()
    let text = String(String.UnicodeScalarView((0...0x2FF).compactMap { Unicode.Scalar(UInt32($0)) })) + "😀\u{2028}"
    Response.error(text).write(to: &out)
    #expect(out.readableBytesView.allSatisfy { (0x20...0x7E).contains($0) })
    #expect(try Response(out, to: .getPR) == .error(text))
  }

  @Test("what is wrong with a reply is said without its bytes")
  func descriptions() {
    #expect(ResponseError.unexpected(.getPR).description == "the server's reply does not answer get-pr")
    #expect(
      ResponseError.json(JSONError(problem: .tooDeep, offset: 7)).description
        == "the server's reply is not valid JSON: nested too deeply (byte 7)")
  }
}
