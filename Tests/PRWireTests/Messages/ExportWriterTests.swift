// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import TestSeed
import Testing

@testable import PRWire

@Suite("Writing an export")
struct ExportWriterTests {
  private func export(_ rows: [Row], columns: ExportColumns? = nil, drainEvery step: Int = 1) -> ByteBuffer {
    var out = ByteBuffer()
    var writer = ExportWriter(columns: columns)
    for (index, row) in rows.enumerated() {
      writer.write(row)
      if index.isMultiple(of: step) { writer.drain(into: &out) }
    }
    writer.finish(into: &out)
    return out
  }

  /// The message that a peer joins from what was sent, and its lines.
  private func receive(_ sent: ByteBuffer) throws -> (message: ByteBuffer, lines: [ByteBuffer]) {
    var framer = LineFramer(limit: ChunkStream.piece)
    var assembler = MessageAssembler(limit: .max)
    var lines: [ByteBuffer] = []
    var message: ByteBuffer?
    framer.append(sent)
    while let line = try framer.next() {
      #expect(message == nil, "something follows the message")
      lines.append(line)
      message = try assembler.accept(line)
    }
    #expect(framer.pendingBytes == 0 && !assembler.isJoining)
    return (try #require(message), lines)
  }

  private static func row(_ text: String, _ value: String = "3") -> Row {
    Row(tuple: TupleKey(version: text, pkgarch: "p", checksum: "c"), value: value)
  }

  @Test("no rows are an empty list")
  func empty() throws {
    #expect(String(buffer: export([])) == #"{"metainfo":{},"datainfo":[]}"# + "\n")
    #expect(try ExportReply(receive(export([])).message).rows.isEmpty)
  }

  @Test("a small export is one plain line")
  func small() throws {
    let sent = export([Self.row("v"), Self.row("é \"", "03.10")])
    #expect(
      String(buffer: sent) == #"{"metainfo":{},"datainfo":["#
        + #"{"version":"v","pkgarch":"p","checksum":"c","value":"3"},"#
        + #"{"version":"\u00e9 \"","pkgarch":"p","checksum":"c","value":"03.10"}]}"# + "\n")
    #expect(try ExportReply(receive(sent).message).rows == [Self.row("v"), Self.row("é \"", "03.10")])
  }

  @Test("the columns are described as BitBake's server does")
  func columns() {
    let sent = String(buffer: export([], columns: ExportColumns(version: "1.0")))
    let column = { (name: String, notNull: Int, key: Int) in
      #"{"name":"\#(name)","type":"TEXT","notnull":\#(notNull),"dflt_value":null,"pk":\#(key)}"#
    }
    #expect(
      sent == #"{"metainfo":{"tbl_name":"PRMAIN","core_ver":"1.0","col_info":["#
        + [column("version", 1, 1), column("pkgarch", 1, 2), column("checksum", 1, 3), column("value", 0, 4)]
        .joined(separator: ",") + #"]},"datainfo":[]}"# + "\n")
  }

  @Test("the length from which an export is cut is BitBake's", arguments: 32_764...32_769)
  func boundary(length: Int) throws {
    let overhead = export([Self.row("")]).readableBytes - 1
    let rows = [Self.row(String(repeating: "v", count: length - overhead))]
    let (message, lines) = try receive(export(rows))
    #expect(message.readableBytes == length)
    #expect((lines.count == 1) == (length < 32_767))
    #expect(try ExportReply(message).rows == rows)
  }

  @Test("a large export is a chunk stream, whenever it is drained, cut inside escapes too", arguments: Seed.several(3))
  func large(seed: Seed) throws {
    var numbers = seed.numbers
    let rows = (0..<600).map { index in
      let names = ["é😀ü", "plain-", "  \t", "\"\\", "\u{301}\u{1}"]
      let text = (0..<Int.random(in: 1...9, using: &numbers)).map { _ in names.randomElement(using: &numbers)! }
      return Self.row(text.joined() + "\(index)", "\(index).0")
    }
    for step in [1, 7, 1000] {
      let (message, lines) = try receive(export(rows, drainEvery: step))
      #expect(lines.count > 3 && lines.first.map(String.init(buffer:)) == #"{"chunk-stream":null}"#, "\(seed)")
      #expect(lines.allSatisfy { $0.readableBytes <= 32_767 }, "\(seed)")
      #expect(lines.dropLast().allSatisfy { $0.bytes.last?.isBlank == false }, "\(seed)")
      #expect(try ExportReply(message).rows == rows, "drained every \(step), \(seed)")
    }
  }

  @Test("a name of nothing but blanks leaves no piece that BitBake's reader would take for the end")
  func blanks() throws {
    let rows = [Self.row(String(repeating: " ", count: 33_500))]
    let (message, lines) = try receive(export(rows))
    #expect(lines.count > 3)
    #expect(lines.dropLast().allSatisfy { $0.bytes.last?.isBlank == false })
    #expect(try ExportReply(message).rows == rows)
  }

  @Test("every place in a row's escapes may be the one that is cut", arguments: 0..<14)
  func cutInEscapes(shift: Int) throws {
    let rows = [Self.row(String(repeating: "x", count: shift) + String(repeating: "😀é ", count: 3_000))]
    let (message, lines) = try receive(export(rows))
    #expect(lines.count > 3)
    #expect(try ExportReply(message).rows == rows)
  }

  @Test(
    "a reply without rows, or with half a row, is no export",
    arguments: [
      "{}", #"{"metainfo":{}}"#, #"{"datainfo":[{}]}"#, #"{"invoke-error":{"message":"no"}}"#,
      #"{"datainfo":[{"version":"v","pkgarch":"p","checksum":"c"}]}"#,
      #"{"datainfo":[{"version":"v","pkgarch":"p","checksum":"c","value":3}]}"#,
      #"{"datainfo":[{},{"version":"v","pkgarch":"p","checksum":"c","value":"3"}]}"#,
    ])
  func unexpected(message: String) {
    #expect(throws: ResponseError.unexpected(.export)) { try ExportReply(ByteBuffer(string: message)) }
  }

  @Test("members that nobody knows are passed over, in any order")
  func extraMembers() throws {
    let message =
      #"{"x":[1],"datainfo":[{"y":{},"value":"3","checksum":"c","pkgarch":"p","version":"v"}],"metainfo":0}"#
    #expect(try ExportReply(ByteBuffer(string: message)).rows == [Self.row("v")])
  }

  @Test("broken JSON is no export", arguments: ["", #"{"datainfo":["#, #"{"datainfo":[]} x"#, "[]"])
  func brokenJSON(message: String) {
    #expect {
      try ExportReply(ByteBuffer(string: message))
    } throws: { error in
      if case ResponseError.json = error { true } else { false }
    }
  }
}
