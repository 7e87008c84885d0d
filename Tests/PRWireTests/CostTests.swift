// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import Testing

@testable import PRWire

/// What fills a message: the worst that each rule of JSON allows.
enum Filling: CaseIterable, Sendable {
  case plain, shortEscapes, unicodeEscapes, surrogatePairs, utf8, escapedWords
  case blanks, digits, nesting, unknownFields, escapedFields, duplicateFields, emptyValues

  /// A string's content of at least so many bytes; nil for what is no string.
  func content(_ bytes: Int) -> String? {
    switch self {
    case .plain: String(repeating: "n", count: bytes)
    case .shortEscapes: String(repeating: #"\n"#, count: bytes / 2)
    case .unicodeEscapes: String(repeating: #"\u0041"#, count: bytes / 6)
    case .surrogatePairs: String(repeating: #"\ud83d\ude00"#, count: bytes / 12)
    case .utf8: String(repeating: "é😀", count: bytes / 6)
    case .escapedWords: String(repeating: #"\u0076ersio"#, count: bytes / 11)
    default: nil
    }
  }

  /// Members of an object, of at least so many bytes together.
  func members(_ bytes: Int) -> String {
    let member =
      switch self {
      case .blanks: #""x": "# + String(repeating: " \t", count: 30) + "1"
      case .digits: #""x":"# + String(repeating: "9", count: 60)
      case .nesting: #""x":"# + String(repeating: "[", count: 12) + String(repeating: "]", count: 12)
      case .unknownFields: #""unknown":[{"x":null},true,1.5e3]"#
      case .escapedFields: #""\u0076\u0065\u0072\u0073\u0069\u006f\u006e\u0073":1"#
      case .duplicateFields: #""version":"v","checksum":"c","values":["1"]"#
      case .emptyValues: #""":"""#
      default: #""\#(content(60) ?? "")":"\#(content(60) ?? "")""#
      }
    return Array(repeating: member, count: bytes / member.utf8.count + 1).joined(separator: ",")
  }
}

/// Ten times the bytes cost ten times as much, and no byte is looked at more than a few times.
@Suite("What a message costs")
struct CostTests {
  /// So often at most a byte may be looked at.
  private static let factor = 6
  private static let size = 1000

  private func expectLinear(_ what: String, _ cost: (Int) throws -> (bytes: Int, cost: Int)) rethrows {
    let (small, large) = (try cost(Self.size), try cost(10 * Self.size))
    #expect(large.bytes > 5 * small.bytes, "\(what)")
    for (bytes, cost) in [small, large] {
      #expect(cost >= bytes / 2, "\(what): \(cost) for \(bytes) bytes: nothing was counted")
      #expect(cost <= Self.factor * bytes + 1000, "\(what): \(cost) for \(bytes) bytes")
    }
    let share = Double(large.cost) / Double(large.bytes) / (Double(small.cost) / Double(small.bytes))
    #expect(share < 1.2, "\(what): \(small), then \(large)")
  }

  private func cost(of text: String, _ read: (ByteBuffer) -> Void) -> (Int, Int) {
    let message = ByteBuffer(string: text)
    return (message.readableBytes, ReadingCost.of { read(message) } ?? 0)
  }

  @Test(
    "of each kind of request grows with its bytes, whatever they are", arguments: RequestKind.allCases,
    Filling.allCases)
  func requests(name: RequestKind, filling: Filling) {
    let names = #""version":"v","pkgarch":"p","checksum":"c","value":"1""#
    expectLinear("members of \(name.rawValue), \(filling)") { bytes in
      cost(of: "{\"\(name.rawValue)\":{\(names),\(filling.members(bytes))}}") { _ = Reading($0.bytes) }
    }
    expectLinear("members beside \(name.rawValue), \(filling)") { bytes in
      cost(of: "{\(filling.members(bytes)),\"\(name.rawValue)\":{\(names)}}") { _ = Reading($0.bytes) }
    }
    guard filling.content(1) != nil else { return }
    for field in ["version", "checksum", "value", "store", "digest"] {
      expectLinear("\(field) of \(name.rawValue), \(filling)") { bytes in
        let value = filling.content(bytes) ?? ""
        return cost(of: "{\"\(name.rawValue)\":{\(names),\"\(field)\":\"\(value)\"}}") { _ = Reading($0.bytes) }
      }
    }
  }

  /// The reply that a server gives to a request, with as many bytes as it is told.
  private func reply(to name: RequestKind, _ filling: Filling, _ bytes: Int) -> String {
    let text = filling.content(bytes) ?? "1"
    let lists = Array(repeating: #"["v","p","c","1"]"#, count: bytes / 18 + 1).joined(separator: ",")
    let members = filling.members(bytes)
    return switch name {
    case .ping: #"{"alive":true,\#(members)}"#
    case .testPackage: #"{"value":true,\#(members)}"#
    case .isReadonly: #"{"readonly":true,\#(members)}"#
    case .lookup: #"{"max":"\#(text)","values":["\#(text)","1"],"complete":true,\#(members)}"#
    case .changes:
      #"{"store":"s","last":9,"digest":"\#(text)","more":false,"rows":[["\#(text)","p","c","1"],\#(lists)],\#(members)}"#
    case .export: #"{"metainfo":{},\#(members)}"#
    default: #"{"value":"\#(text)",\#(members)}"#
    }
  }

  @Test(
    "of each kind of reply grows with its bytes, read or refused", arguments: RequestKind.allCases, Filling.allCases)
  func replies(name: RequestKind, filling: Filling) {
    expectLinear("a reply to \(name.rawValue), \(filling)") { bytes in
      cost(of: reply(to: name, filling, bytes)) { _ = try? Response($0, to: name) }
    }
    expectLinear("an error to \(name.rawValue), \(filling)") { bytes in
      let message = #"{"invoke-error":{"message":"\#(filling.content(bytes) ?? "no")",\#(filling.members(bytes))}}"#
      return cost(of: message) { _ = try? Response($0, to: name) }
    }
  }

  @Test("of an export grows with its bytes, in pieces of any length", arguments: [1, 100, 32_767], Filling.allCases)
  func export(piece: Int, filling: Filling) {
    expectLinear("an export in pieces of \(piece), \(filling)") { bytes in
      let row = #"{"version":"v","pkgarch":"p","checksum":"c","value":"1","x":"\#(filling.content(100) ?? "")"}"#
      let rows = Array(repeating: row, count: bytes / row.utf8.count + 1).joined(separator: ",")
      return cost(of: #"{"metainfo":{},"datainfo":[\#(rows)]}"#) { message in
        var (stream, rest) = (ExportStream(), message)
        while let part = rest.readSlice(length: min(piece, rest.readableBytes)), part.readableBytes > 0 {
          _ = try? stream.take(part)
        }
      }
    }
  }

  @Test("of a chunk stream grows with its bytes, however small its pieces are", arguments: [1, 2, 1000])
  func chunks(piece: Int) {
    expectLinear("pieces of \(piece)") { bytes in
      let pieces = String(repeating: String(repeating: "x", count: piece) + "\n", count: bytes / (piece + 1) + 1)
      return cost(of: "{\"chunk-stream\":null}\n\(pieces)\n") { message in
        var framer = LineFramer(limit: 1 << 20)
        var assembler = MessageAssembler(limit: 1 << 20)
        framer.append(message)
        while let line = try? framer.next() { _ = try? assembler.accept(line) }
      }
    }
  }

  @Test("of writing grows with what is written", arguments: ["n", "\"", "\u{1}", "é", "😀", "  "])
  func writing(unit: String) {
    expectLinear("writing \(unit.debugDescription)") { bytes in
      var out = ByteBuffer()
      let text = String(repeating: unit, count: bytes)
      let cost = ReadingCost.of { Response.error(text).write(to: &out) } ?? 0
      return (out.readableBytes, cost)
    }
  }
}

@Suite("What a node accepts it can pass on")
struct NameLimitTests {
  private static let worst = String(repeating: "\u{7F}", count: NameLimit.bytes)
  private static let value = String(repeating: "1", count: Revision.maximumTextLength)
  private static let tuple = TupleKey(version: worst, pkgarch: worst, checksum: worst)

  @Test(
    "the longest names of each kind of request fit the standard limits of every node",
    arguments: RequestSamples.maximumLength
  )
  func fits(request: Request) throws {
    var message = ByteBuffer()
    request.write(to: &message)
    #expect(message.readableBytes <= NameLimit.message)
    #expect(MessageLimits.standard.exceeded(by: message.readableBytes) == nil)
    #expect(Reading(message.bytes) == .request(request))
    var sent = ByteBuffer()
    ChunkStream.write(message, into: &sent)
    var framer = LineFramer(limit: WireLimits().line)
    var assembler = MessageAssembler(limit: WireLimits().message)
    framer.append(sent)
    var whole: ByteBuffer?
    while let line = try framer.next() { whole = try assembler.accept(line) ?? whole }
    #expect(whole == message)
  }

  @Test("a byte more is refused, in every field that is a name", arguments: ["x", "\u{7F}", "é"])
  func longer(unit: String) {
    let long = String(repeating: unit, count: NameLimit.bytes / unit.utf8.count) + "x"
    for (name, fields) in [
      (RequestKind.getPR, ["version", "pkgarch", "checksum"]), (.testPackage, ["version", "pkgarch"]),
      (.lookup, ["version", "pkgarch", "checksum"]), (.export, ["version", "pkgarch", "checksum"]),
      (.importOne, ["version", "pkgarch", "checksum", "value"]),
    ] {
      for field in fields {
        var message = ByteBuffer(
          string: "{\"\(name.rawValue)\":{\"version\":\"v\",\"pkgarch\":\"p\",\"checksum\":\"c\",")
        message.writeString("\"value\":\"1\",\"\(field)\":")
        message.writeJSON(string: long)
        message.writeString("}}")
        #expect(Reading(message.bytes) == .refused(.tooLong(name, field: field)))
        let isPlain = message.withUnsafeReadableBytes { (try? RequestView($0, depth: 16))?.plainAllocation != nil }
        #expect(!isPlain, "it is not looked up either")
      }
    }
    #expect(
      RequestError.tooLong(.getPR, field: "version").description
        == "get-pr: the field version is longer than 4096 bytes, the limit of this server for a name")
  }

  @Test("a full page of the longest rows fits what a follower takes")
  func page() {
    let row = Row(tuple: Self.tuple, value: Self.value)
    var one = ByteBuffer()
    row.writeList(to: &one)
    let rawRow = 3 * NameLimit.bytes + Revision.maximumTextLength
    #expect(row.isWithinLimits)
    #expect(((4 << 20) / rawRow + 1) * (one.readableBytes + 1) + 1024 < 64 << 20)
  }

  @Test("a reply that repeats the longest names has no line that BitBake's reader would not take")
  func errors() throws {
    var out = ByteBuffer()
    Response.error("\(Self.tuple)").writeMessage(to: &out)
    var framer = LineFramer(limit: ChunkStream.piece)
    framer.append(out)
    while try framer.next() != nil {}
    #expect(framer.pendingBytes == 0)
  }

  @Test(
    "limits are read as they are announced, and what is no limit is none",
    arguments: [
      ("line=65536, message=131072", MessageLimits(line: 65536, message: 131_072)),
      ("message=7,line=8,depth=9", MessageLimits(line: 8, message: 7)), ("line=8", nil), ("", nil),
      ("line=,message=1", nil),
      ("line=0, message=5", nil), ("line=-1, message=5", nil), ("line=99999999999999999999, message=5", nil),
    ])
  func announced(text: String, limits: MessageLimits?) {
    #expect(MessageLimits(text) == limits)
    if let limits { #expect(MessageLimits(limits.description) == limits) }
  }

  @Test("the limit that a message is beyond is named")
  func exceeded() {
    let limits = MessageLimits(line: 40_000, message: 50_000)
    #expect(limits.exceeded(by: 50_000) == nil)
    #expect(limits.exceeded(by: 50_001)?.option == "--max-message")
    #expect(MessageLimits(line: 100, message: 50_000).exceeded(by: 100) == nil)
    #expect(
      MessageLimits(line: 100, message: 50_000).exceeded(by: 101)
        == MessageLimits.Exceeded(option: "--max-line", limit: 100, bytes: 101))
    #expect(MessageLimits(line: 100, message: 50_000).exceeded(by: 40_000)?.option == "--max-line")
  }
}
