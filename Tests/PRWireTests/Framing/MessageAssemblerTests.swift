// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import PRWire

@Suite("Joining chunk streams")
struct MessageAssemblerTests {
  /// What each line gave: a message, or nil.
  private func accept(_ lines: [String], limit: Int = 1_000) throws(WireError) -> [String?] {
    var assembler = MessageAssembler(limit: limit)
    var messages: [String?] = []
    for line in lines { messages.append(try assembler.accept(ByteBuffer(string: line)).map(String.init(buffer:))) }
    return messages
  }

  static let opening = #"{"chunk-stream":null}"#

  @Test(
    "a line that opens no stream is a message",
    arguments: [
      #"{"ping":{}}"#, "null", "", "{", "[]", #"{"chunk-streams":null}"#, #"{"Chunk-Stream":null}"#,
      #"["chunk-stream"]"#, #"{"x":{"chunk-stream":null}}"#, #"{"chunk-stream":null"#, #"{"chunk-stream":null} x"#,
      #"{"chunk-stream":null}{}"#, #" "chunk-stream" "#,
    ])
  func plain(line: String) throws {
    #expect(try accept([line, line]) == [line, line])
  }

  @Test(
    "a stream opens however its line is spaced",
    arguments: [
      opening, #"{"chunk-stream": null}"#, #" { "chunk-stream" : null } "#, "\t{\"chunk-stream\":\tnull}",
      #"{"chunk\u002dstream":null}"#,
    ])
  func opens(line: String) throws {
    #expect(try accept([line, "a", "", "b"]) == [nil, nil, "a", "b"])
  }

  @Test("the pieces are joined byte for byte, cut anywhere")
  func joins() throws {
    let pieces = [#"{"ping": "#, #"{"x":"\u00"#, #"e9 "#, " ", #"",{}}"#]
    #expect(try accept([Self.opening] + pieces + [""]) == [nil, nil, nil, nil, nil, nil, pieces.joined()])
  }

  @Test("a character may be cut between its bytes")
  func cutCharacter() throws {
    var assembler = MessageAssembler(limit: 10)
    #expect(try assembler.accept(ByteBuffer(string: Self.opening)) == nil)
    for byte in "é😀".bytes { #expect(try assembler.accept(ByteBuffer(bytes: [byte])) == nil) }
    #expect(try assembler.accept(ByteBuffer()).map(String.init(buffer:)) == "é😀")
  }

  @Test("an opening line within a stream is a piece of it")
  func openingWithin() throws {
    #expect(try accept([Self.opening, Self.opening, "", "x"]) == [nil, nil, Self.opening, "x"])
  }

  @Test("an empty stream is an empty message")
  func emptyStream() throws {
    #expect(try accept([Self.opening, "", "a"]) == [nil, "", "a"])
  }

  @Test("one stream may follow another, and nothing of the first is left in the second")
  func twoStreams() throws {
    let lines = [Self.opening, "a", "b", "", Self.opening, "c", ""]
    #expect(try accept(lines) == [nil, nil, nil, "ab", nil, nil, "c"])
  }

  @Test("a message as long as the limit passes, one byte more does not, before its end has come")
  func limit() throws {
    #expect(try accept([Self.opening, "12345", "67890", ""], limit: 10) == [nil, nil, nil, "1234567890"])
    #expect(throws: WireError.messageTooLong(limit: 10)) {
      try accept([Self.opening, "12345", "678901"], limit: 10)
    }
    #expect(throws: WireError.messageTooLong(limit: 10)) { try accept([Self.opening, "12345678901"], limit: 10) }
    #expect(throws: WireError.messageTooLong(limit: 0)) { try accept([Self.opening, "1"], limit: 0) }
  }

  @Test("it says whether the peer owes pieces")
  func isJoining() throws {
    var assembler = MessageAssembler(limit: 10)
    var states = [assembler.isJoining]
    for line in ["a", Self.opening, "b", "", "c"] {
      _ = try assembler.accept(ByteBuffer(string: line))
      states.append(assembler.isJoining)
    }
    #expect(states == [false, false, true, true, false, false])
  }
}
