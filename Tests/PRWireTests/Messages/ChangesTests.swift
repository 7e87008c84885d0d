// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import Testing

@testable import PRWire

@Suite("changes")
struct ChangesTests {
  private static let digestAfterNothing = FeedDigest.start

  // MARK: The question

  @Test(
    "a question is written as the table says, and read back",
    arguments: [
      (
        ChangesQuery(limit: 1),
        #"{"changes":{"store":null,"after":0,"digest":"","limit":1,"wait":0}}"#
      ),
      (
        ChangesQuery(limit: 1, floors: FloorPosition(serial: 7, digest: digestAfterNothing), wait: 2),
        """
        {"changes":{"store":null,"after":0,"digest":"","limit":1,"floors_after":7,\
        "floors_digest":"\(digestAfterNothing)","wait":2}}
        """
      ),
      (
        ChangesQuery(store: "é \"", after: .max, digest: "ab", limit: 4096, wait: 60),
        #"{"changes":{"store":"\u00e9 \"","after":9223372036854775807,"digest":"ab","limit":4096,"wait":60}}"#
      ),
    ])
  func question(query: ChangesQuery, json: String) {
    #expect(ByteBuffer.text { Request.changes(query).write(to: &$0) } == json)
    #expect(Reading(json) == .request(.changes(query)))
  }

  @Test(
    "what is left out has a default, and what nobody knows is passed over",
    arguments: [
      "{}", #"{"x":[{}],"store":null}"#, #"{"digest":null}"#, #"{"wait":0,"after":0}"#, #"{"after":7,"after":0}"#,
    ])
  func defaults(fields: String) {
    #expect(Reading(#"{"changes":\#(fields)}"#) == .request(.changes(ChangesQuery(limit: 1024))))
  }

  static let refused: [(fields: String, field: String, expected: String)] = [
    (#"{"store":7}"#, "store", "a string or null"), (#"{"digest":[]}"#, "digest", "a string or null"),
    (#"{"after":"7"}"#, "after", "a whole number"), (#"{"after":1.5}"#, "after", "a whole number"),
    (#"{"limit":null}"#, "limit", "a whole number"), (#"{"wait":true}"#, "wait", "a whole number"),
    (#"{"after":-1,"store":null,"limit":5}"#, "after", "a whole number that is not negative"),
    (#"{"after":9223372036854775808}"#, "after", "a whole number that is not negative"),
    (#"{"wait":-3,"digest":""}"#, "wait", "a whole number that is not negative"),
    (#"{"floors_after":-1}"#, "floors_after", "a whole number that is not negative"),
    (#"{"floors_after":"7"}"#, "floors_after", "a whole number"),
    (#"{"floors_digest":7}"#, "floors_digest", "a string or null"),
    (#"{"limit":0,"wait":1}"#, "limit", "a whole number from 1 up"),
    (#"{"limit":99999999999999999999,"after":0}"#, "limit", "a whole number from 1 up"),
  ]

  @Test("a field that cannot be understood is named", arguments: refused.indices)
  func wrongFields(index: Int) {
    let (fields, field, expected) = Self.refused[index]
    #expect(
      Reading(#"{"changes":\#(fields)}"#) == .refused(.wrongType(.changes, field: field, expected: expected)),
      "\(fields)")
  }

  @Test("fields that are no object are refused", arguments: ["[]", "null", "7", #""x""#])
  func noObject(fields: String) {
    #expect(Reading(#"{"changes":\#(fields)}"#) == .refused(.notAnObject(.changes)))
  }

  // MARK: The answer

  private static let digest = String(repeating: "0a", count: 32)
  private static let names = ["", "plain", "é\u{301}😀", "\"\\\n\u{0}\u{1f}", " blanks ", #"{"reset":"no"}"#]

  private static func floors(_ names: [String], from start: Int64) -> FloorPage {
    FloorPage(
      start: FloorPosition(serial: start, digest: .start),
      position: FloorPosition(serial: start + Int64(clamping: names.count), digest: FeedDigest(digest) ?? .start),
      floors: names.map {
        Floor(package: PackageKey(version: $0, pkgarch: $0), value: Revision(components: [7, 2]))
      }, hasMore: !names.isEmpty)
  }

  static let answers: [ChangesAnswer] = [
    .reset("this is another store"), .reset(""), .reset("\"é\""),
    .page(.init(store: "s", last: 0, digest: digest, hasMore: false, rows: [])),
    .page(.init(store: "s", last: 0, digest: digest, hasMore: false, rows: [], floors: floors([], from: 7))),
    .page(.init(store: "s", last: 0, digest: digest, hasMore: false, rows: [], floors: floors(names, from: 0))),
    .page(
      .init(
        store: "é", last: .max, digest: digest, hasMore: true,
        rows: names.map { Row(tuple: TupleKey(version: $0, pkgarch: $0, checksum: $0), value: $0) })),
  ]

  @Test("an answer is read as it was written, on one line of ASCII", arguments: answers)
  func answer(answer: ChangesAnswer) throws {
    var out = ByteBuffer()
    Response.changes(answer).write(to: &out)
    #expect(out.readableBytesView.allSatisfy { (0x20...0x7E).contains($0) })
    let read = try Response(out, to: .changes)
    #expect(read == .changes(answer))
    // Swift calls some texts equal that have other bytes.
    guard case .changes(.page(let page)) = read, case .page(let told) = answer else { return }
    #expect(page.rows.map { Array($0.tuple.checksum.utf8) } == told.rows.map { Array($0.tuple.checksum.utf8) })
  }

  @Test("the shape of an answer is the one that is written down")
  func shape() {
    let row = Row(tuple: TupleKey(version: "v", pkgarch: "p", checksum: "c"), value: "1.2")
    let page = ChangesAnswer.Page(store: "s", last: 9, digest: "d", hasMore: true, rows: [row, row])
    #expect(
      ByteBuffer.text { Response.changes(.page(page)).write(to: &$0) }
        == #"{"store":"s","last":9,"digest":"d","more":true,"rows":[["v","p","c","1.2"],["v","p","c","1.2"]]}"#)
    var withFloors = ChangesAnswer.Page(store: "s", last: 0, digest: "d", hasMore: false, rows: [])
    withFloors.floors = Self.floors(["v"], from: 2)
    let text = """
      {"store":"s","last":0,"digest":"d","more":false,"rows":[],"floors_from":2,"floors_last":3,\
      "floors_digest":"\(Self.digest)","floors_more":true,"floors":[["v","v","7.2"]]}
      """
    #expect(ByteBuffer.text { Response.changes(.page(withFloors)).write(to: &$0) } == text)
    #expect(ByteBuffer.text { Response.changes(.reset("why")).write(to: &$0) } == #"{"reset":"why"}"#)
  }

  @Test("a long answer goes out as a chunk stream, whose lines every server takes")
  func chunks() throws {
    let rows = (0..<4000).map { Row(tuple: TupleKey(version: "é\($0)", pkgarch: "p", checksum: "c"), value: "1") }
    let answer = Response.changes(.page(.init(store: "s", last: 9, digest: Self.digest, hasMore: false, rows: rows)))
    var sent = ByteBuffer()
    answer.writeMessage(to: &sent)
    var framer = LineFramer(limit: ChunkStream.piece)
    var assembler = MessageAssembler(limit: 1 << 20)
    framer.append(sent)
    var message: ByteBuffer?
    while let line = try framer.next() { message = try assembler.accept(line) }
    #expect(try Response(#require(message), to: .changes) == answer)
  }

  private static let floorFields =
    #""rows":[],"floors_from":0,"floors_last":1,"floors_digest":"\#(digest)","floors_more":false,"#

  private static let whole = #""store":"s","last":1,"digest":"d","more":false,"#

  @Test(
    "half an answer, or one of other types, is none",
    arguments: [
      "{}", "null", "[]", #"{\#(whole)"rows":[],"floors":[["v","p","1"]]}"#,
      #"{\#(whole)\#(floorFields)"floors":[["v","p"]]}"#, #"{\#(whole)\#(floorFields)"floors":[["v","p","one"]]}"#,
      #"{"reset":null}"#, #"{"reset":7}"#, #"{"rows":[]}"#,
      #"{\#(whole)"rows":null}"#,
      #"{\#(whole)"rows":{}}"#, #"{\#(whole)"rows":[["v","p","c"]]}"#, #"{\#(whole)"rows":[["v","p","c",1]]}"#,
      #"{\#(whole)"rows":[["v","p","c","1","x"]]}"#, #"{\#(whole)"rows":[["v","p","c","1"],[]]}"#,
      #"{"store":"s","last":1.5,"digest":"d","more":false,"rows":[]}"#,
      #"{"store":"s","last":9223372036854775808,"digest":"d","more":false,"rows":[]}"#,
      #"{"store":null,"last":1,"digest":"d","more":false,"rows":[]}"#,
      #"{"store":"s","last":1,"digest":"d","more":0,"rows":[]}"#, #"{"store":"s","last":1,"digest":"d","rows":[]}"#,
    ])
  func unexpected(message: String) {
    #expect(throws: ResponseError.unexpected(.changes)) { try Response(ByteBuffer(string: message), to: .changes) }
  }

  @Test("rows that are no lists, and broken JSON, are refused", arguments: [#"["x"]"#, "[{}]", "[null]", "[[]"])
  func brokenRows(rows: String) {
    #expect(throws: ResponseError.self) {
      try Response(ByteBuffer(string: #"{\#(Self.whole)"rows":\#(rows)}"#), to: .changes)
    }
  }

  @Test("a page with more rows than were asked for is refused, and the rest of it is not read", arguments: [0, 1, 5])
  func tooManyRows(limit: Int) throws {
    let rows = Array(repeating: #"["v","p","c","1"]"#, count: limit)
    let page = #"{\#(Self.whole)"rows":[\#(rows.joined(separator: ","))]}"#
    _ = try Response(ByteBuffer(string: page), to: .changes, maximumRows: limit)
    let more = #"{\#(Self.whole)"rows":[\#((rows + [#"["v"#]).joined(separator: ","))"#
    #expect(throws: ResponseError.tooManyRows(limit: limit)) {
      try Response(ByteBuffer(string: more), to: .changes, maximumRows: limit)
    }
  }

  @Test("a refusal is the server's words")
  func refusal() throws {
    let message = ByteBuffer(string: #"{"invoke-error":{"message":"not here"}}"#)
    #expect(try Response(message, to: .changes) == .error("not here"))
  }
}
