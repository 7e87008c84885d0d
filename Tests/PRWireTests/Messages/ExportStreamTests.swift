// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import TestSeed
import Testing

@testable import PRWire

@Suite("An export that is read as it comes")
struct ExportStreamTests {
  /// What came of a reply, however it was cut.
  private enum Outcome: Equatable {
    case rows([Row])
    case refused(String)
    case failed
  }

  private static func read(_ pieces: [[UInt8]]) -> Outcome {
    var (stream, rows) = (ExportStream(), [Row]())
    do throws(ResponseError) {
      for piece in pieces { rows += try stream.take(ByteBuffer(bytes: piece)) }
      return try stream.finish().map(Outcome.refused) ?? .rows(rows)
    } catch {
      return .failed
    }
  }

  private static func read(_ text: String) -> Outcome { read([text.bytes]) }

  private static func oracle(_ text: String) -> Outcome {
    do throws(ResponseError) {
      if case .error(let words)? = try? Response(ByteBuffer(string: text), to: .export) { return .refused(words) }
      return .rows(try ExportReply(ByteBuffer(string: text)).rows)
    } catch {
      return .failed
    }
  }

  private static let names = [
    "", "plain-1.0-r0", #"quote " and \"#, "{[]}", "}", "é", "😀", "\u{0}\u{1f}\n", #""datainfo":["#, "\\\\\"",
  ]

  private static func reply(_ count: Int, _ numbers: inout SeededNumbers) -> String {
    let escapesAll = Bool.random(using: &numbers)
    func text(_ name: String) -> String {
      // As our server writes it, or with all but the necessary left as it is.
      escapesAll
        ? ByteBuffer.text { $0.writeJSON(string: name) }
        : "\""
          + name.unicodeScalars.map {
            $0 == "\"" || $0 == "\\"
              ? "\\\($0)" : $0.value < 32 ? "\\u00\($0.value < 16 ? "0" : "")\(String($0.value, radix: 16))" : "\($0)"
          }.joined() + "\""
    }
    let rows = (0..<count).map { _ in
      let fields = ["version", "pkgarch", "checksum", "value"].shuffled(using: &numbers).map {
        "\"\($0)\":" + text(names.randomElement(using: &numbers)!)
      }
      let extra = ["", #","x":{"y":[{"z":"]}"}]}"#, #", "more" : null "#].randomElement(using: &numbers)!
      return "{" + fields.joined(separator: [",", " ,\t"].randomElement(using: &numbers)!) + extra + "}"
    }
    let info = ["{}", #"{"a":[{"b":"]}"}],"datainfo":[{"version":"x"}]}"#, "null"].randomElement(using: &numbers)!
    let members = [#""metainfo":"# + info, #""datainfo" : ["# + rows.joined(separator: " , ") + "]"]
    return "{" + (Bool.random(using: &numbers) ? members : members.reversed()).joined(separator: ",") + "}"
  }

  @Test("gives the same rows as one that is read at once, wherever it is cut", arguments: Seed.several(4))
  func cuts(seed: Seed) {
    var numbers = seed.numbers
    for count in [0, 1, 2, 7, 40] {
      let text = Self.reply(count, &numbers)
      let whole = Self.oracle(text)
      guard case .rows(let rows) = whole, rows.count == count else {
        Issue.record("the oracle does not read \(text); \(seed)")
        continue
      }
      #expect(Self.read(text) == whole, "in one piece; \(seed)")
      #expect(Self.read(text.bytes.map { [$0] }) == whole, "byte by byte; \(seed)")
      for _ in 0..<5 { #expect(Self.read(cut(text.bytes, &numbers)) == whole, "\(seed)") }
    }
  }

  @Test("is not believed when it is cut short, at whatever byte", arguments: Seed.several(1))
  func cutShort(seed: Seed) {
    var numbers = seed.numbers
    let bytes = Self.reply(3, &numbers).bytes
    for length in 0..<bytes.count {
      #expect(Self.read([Array(bytes[..<length])]) == .failed, "after \(length) bytes; \(seed)")
    }
  }

  @Test(
    "passes over members whatever their names",
    arguments: ["datainfo2", "datainf", String(repeating: "x", count: 9000)])
  func otherMembers(name: String) {
    let row = #"{"version":"v","pkgarch":"p","checksum":"c","value":"1"}"#
    let text = #"{"\#(name)":[1,{"a":2}],"datainfo":[\#(row)],"\#(name)":null}"#
    let rows = Outcome.rows([Row(tuple: TupleKey(version: "v", pkgarch: "p", checksum: "c"), value: "1")])
    #expect(Self.read(text) == rows)
    #expect(Self.read(text.bytes.map { [$0] }) == rows)
  }

  @Test("says a refusal in the server's words, wherever it is cut")
  func refusal() {
    let text = #"{"invoke-error": {"message": "no \"export\" here \u00e9", "x": [{}]}}"#
    #expect(Self.read(text) == .refused("no \"export\" here é"))
    #expect(Self.read(text.bytes.map { [$0] }) == .refused("no \"export\" here é"))
  }

  @Test("says a refusal that is long")
  func longRefusal() {
    let words = String(repeating: "no ", count: 9000)
    let pieces = #"{"invoke-error":{"message":"\#(words)"}}"#.bytes
    #expect(
      Self.read(stride(from: 0, to: pieces.count, by: 1000).map { Array(pieces[$0..<min($0 + 1000, pieces.count)]) })
        == .refused(words))
  }

  private static let row = #"{"version":"v","pkgarch":"p","checksum":"c","value":"1"}"#

  @Test(
    "is refused where it is no export",
    arguments: [
      "", "null", "[]", "7", "{}", #"{"value":"3"}"#, #"{"metainfo":{}}"#, #"{"datainfo":{}}"#, #"{"datainfo":null}"#,
      #"{"datainfo":["x"]}"#, #"{"datainfo":[7]}"#, #"{"datainfo":[null]}"#, #"{"datainfo":[[\#(row)]]}"#,
      #"{"datainfo":[\#(row)}"#, #"{"datainfo":[\#(row)]]"#, #"{"datainfo":[\#(row)]}}"#, #"{"datainfo":[\#(row)]} x"#,
      #"{"datainfo":[\#(row)]}{}"#, #"{}{"datainfo":[\#(row)]}"#, #"[{"datainfo":[\#(row)]}]"#,
      #"{"x":{"datainfo":[\#(row)]}}"#, #"{"x":"datainfo","y":[\#(row)]}"#, #"{"datainfo":[{"version":}]}"#,
      #"{"datainfo":[{"version":"\ud800","pkgarch":"p","checksum":"c","value":"1"}]}"#,
      #"{"datainfo":[{"version":"v","pkgarch":"p","checksum":"c","value":1}]}"#,
      #"{"datainfo":[{"version":"v","pkgarch":"p","value":"1"}]}"#, #"{"datainfo":[{}]}"#,
      "{\"datainfo\":[\(String(repeating: "[", count: 100_000))", #"{"\#(String(repeating: "x", count: 5000))":1}"#,
    ])
  func junk(text: String) {
    #expect(Self.read(text) == .failed, "\(text.prefix(200))")
    #expect(Self.read(text.prefix(2000).utf8.map { [$0] }) == .failed, "\(text.prefix(200))")
  }

  @Test("passes over a row that BitBake's server has left without a value")
  func noValue() {
    let text = #"{"datainfo":[{"version":"v","pkgarch":"p","checksum":"c","value":null},\#(Self.row)]}"#
    #expect(Self.read(text) == .rows([Row(tuple: TupleKey(version: "v", pkgarch: "p", checksum: "c"), value: "1")]))
  }

  @Test("keeps no more than the row that is being read, and refuses one without an end")
  func endlessRow() throws {
    var stream = ExportStream(maximumPassedOverLength: 1 << 20)
    _ = try stream.take(ByteBuffer(string: #"{"datainfo":[{"version":""#))
    let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 32_000)
    #expect(throws: ResponseError.self) { for _ in 0..<100 { _ = try stream.take(piece) } }
  }

  @Test(
    "passes over a row that no node could pass on, and reads those behind it",
    arguments: [NameLimit.bytes + 1, NameLimit.message, 200_000], [1, 1000, 1 << 20])
  func longRow(length: Int, piece: Int) throws {
    let name = String(repeating: "x", count: length)
    let long = #"{"version":"\#(name)","pkgarch":"p","checksum":"c","value":"1"}"#
    let text = #"{"datainfo":[\#(Self.row),\#(long),\#(Self.row)]}"#.bytes
    var stream = ExportStream()
    var rows: [Row] = []
    for start in stride(from: 0, to: text.count, by: piece) {
      rows += try stream.take(ByteBuffer(bytes: text[start..<min(start + piece, text.count)]))
    }
    #expect(rows.count == 2 && stream.rowsTooLong == 1)
    #expect(try stream.finish() == nil)
  }

  @Test("never falls over noise", arguments: Seed.several(2))
  func noise(seed: Seed) {
    var numbers = seed.numbers
    let good = Self.reply(4, &numbers).bytes
    for _ in 0..<300 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &numbers) {
        bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
      }
      #expect(Self.read([bytes]) == Self.read(cut(bytes, &numbers)), "cuts change nothing; \(seed)")
    }
  }
}
