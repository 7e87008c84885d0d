// SPDX-License-Identifier: Apache-2.0
import NIOCore
import TestSeed
import Testing

@testable import PRWire

@Suite("Cutting bytes into lines")
struct LineFramerTests {
  /// The lines that came of pieces fed one after the other, and the error that ended it.
  private func lines(_ pieces: [[UInt8]], limit: Int = 64) -> (lines: [String], error: WireError?, pending: Int) {
    var framer = LineFramer(limit: limit)
    var lines: [String] = []
    for piece in pieces {
      framer.append(ByteBuffer(bytes: piece))
      do throws(WireError) {
        while let line = try framer.next() { lines.append(String(buffer: line)) }
      } catch {
        return (lines, error, framer.pendingBytes)
      }
    }
    return (lines, nil, framer.pendingBytes)
  }

  static let streams: [(String, [String], Int)] = [
    ("", [], 0), ("a", [], 1), ("a\n", ["a"], 0), ("a\r\n", ["a"], 0), ("\n", [""], 0), ("\r\n", [""], 0),
    ("\n\r\n\n", ["", "", ""], 0), ("a\nbc\r\n\nd", ["a", "bc", ""], 1), ("a\rb\n", ["a\rb"], 0),
    ("a\r\r\n", ["a\r"], 0), ("a \t\n", ["a \t"], 0), ("é😀\n", ["é😀"], 0), ("\r", [], 1), ("a\r", [], 2),
    ("\n\n\nabc", ["", "", ""], 3),
  ]

  @Test("a line ends in a newline, with or without a carriage return, and only that is taken off", arguments: streams)
  func whole(stream: String, expected: [String], pending: Int) {
    let result = lines([stream.bytes])
    #expect(result.lines == expected && result.error == nil && result.pending == pending)
  }

  @Test("a byte at a time gives the same lines", arguments: streams)
  func dripFed(stream: String, expected: [String], pending: Int) {
    let result = lines(stream.bytes.map { [$0] })
    #expect(result.lines == expected && result.error == nil && result.pending == pending)
  }

  @Test("however the bytes are cut, the lines and the refusal are the same", arguments: Seed.several(6))
  func cutAnywhere(seed: Seed) {
    var numbers = seed.numbers
    for _ in 0..<100 {
      let bytes = (0..<Int.random(in: 0...60, using: &numbers)).map { _ in
        "aaaab\r\n\n".bytes.randomElement(using: &numbers)!
      }
      let (one, many) = (lines([bytes], limit: 7), lines(cut(bytes, &numbers), limit: 7))
      #expect(one.lines == many.lines, "\(bytes), \(seed)")
      #expect(one.error == many.error, "\(bytes), \(seed)")
      #expect(one.error != nil || one.pending == many.pending, "\(bytes), \(seed)")
      let expected = String(decoding: bytes, as: UTF8.self).unicodeScalars
        .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        .map { $0.last == "\r" ? String($0.dropLast()) : String($0) }
      #expect(one.lines == Array(expected.prefix { $0.utf8.count <= 7 }), "\(bytes), \(seed)")
    }
  }

  @Test("a line as long as the limit passes, its ending not counted", arguments: ["\n", "\r\n"], [false, true])
  func atTheLimit(ending: String, dripFed: Bool) {
    for length in [1, 9, 10] {
      let bytes = (String(repeating: "a", count: length) + ending).bytes
      let result = lines(dripFed ? bytes.map { [$0] } : [bytes], limit: 10)
      #expect(result.lines == [String(repeating: "a", count: length)])
      #expect(result.error == nil)
    }
  }

  @Test("one byte more is refused", arguments: ["\n", "\r\n", "", "a", "\ra\n", "\r\r\n"], [false, true])
  func aboveTheLimit(rest: String, dripFed: Bool) {
    let bytes = ("ok\n" + String(repeating: "a", count: rest == "a" ? 10 : 11) + rest).bytes
    let result = lines(dripFed ? bytes.map { [$0] } : [bytes], limit: 10)
    #expect(result.lines == ["ok"])
    #expect(result.error == .lineTooLong(limit: 10))
  }

  @Test("a carriage return in the place of the ending counts when it is none")
  func lateCarriageReturn() {
    let start = String(repeating: "a", count: 10) + "\r"
    #expect(lines([start.bytes], limit: 10).error == nil)
    #expect(lines([start.bytes, "b".bytes], limit: 10).error == .lineTooLong(limit: 10))
    #expect(lines([start.bytes, "\r".bytes], limit: 10).error == .lineTooLong(limit: 10))
    #expect(lines([start.bytes, "\n".bytes], limit: 10).lines == [String(repeating: "a", count: 10)])
  }

  @Test("what has come of an unfinished line can be looked at")
  func incompleteLine() throws {
    var framer = LineFramer(limit: 10)
    #expect(framer.incompleteLine == nil)
    framer.append(ByteBuffer(string: "a\nbc"))
    #expect(try framer.next().map(String.init(buffer:)) == "a")
    #expect(try framer.next() == nil)
    #expect(framer.incompleteLine.map(String.init(buffer:)) == "bc")
    #expect(framer.pendingBytes == 2)
  }

  @Test("a line that was handed out stays as it is when more bytes come")
  func linesAreValues() throws {
    var framer = LineFramer(limit: 100)
    framer.append(ByteBuffer(string: "first\nsec"))
    let first = try #require(try framer.next())
    framer.append(ByteBuffer(string: "ond\nthird\n"))
    let second = try #require(try framer.next())
    framer.append(ByteBuffer(string: "fourth\n"))
    #expect([first, second].map(String.init(buffer:)) == ["first", "second"])
  }

  @Test("a peer that never pauses between lines costs the memory of a line, not of all it sent")
  func memory() throws {
    var framer = LineFramer(limit: 100)
    framer.append(ByteBuffer(string: "half"))
    var lines = 0
    for _ in 0..<20_000 {
      framer.append(ByteBuffer(string: " and half\nhalf"))
      while try framer.next() != nil { lines += 1 }
    }
    #expect(lines == 20_000)
    #expect(try #require(framer.incompleteLine).storageCapacity <= 4_096)
  }
}
