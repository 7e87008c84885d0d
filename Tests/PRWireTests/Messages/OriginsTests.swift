// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import Testing

@testable import PRWire

@Suite("Origins of rows in changes")
struct OriginsTests {
  private static let rows = ["a", "b", "c"].map {
    Row(tuple: TupleKey(version: "v", pkgarch: "p", checksum: $0), value: "1")
  }
  private static let minter = RowOrigin.Minter(store: "s", member: "pune", level: 1, lane: "3/256", rule: "derived")
  private static let bare = RowOrigin.Minter(store: "t \"é", rule: "imported")

  private static func page(_ origins: [RowOrigin?]?, rows: [Row] = rows) -> ChangesAnswer {
    .page(.init(store: "s", last: 3, digest: "d", hasMore: false, rows: rows, origins: origins))
  }

  private static func read(_ fields: String) throws -> ChangesAnswer? {
    let text = #"{"store":"s","last":3,"digest":"d","more":false,"rows":[["v","p","a","1"]]\#(fields)}"#
    return try ChangesAnswer(ByteBuffer(string: text), depth: 8, maximumRows: 2)
  }

  @Test("a question says that it asks for them, and a server of an earlier version is not asked")
  func question() {
    let query = ChangesQuery(limit: 1, origins: true)
    let json = #"{"changes":{"store":null,"after":0,"digest":"","limit":1,"origins":true,"wait":0}}"#
    #expect(ByteBuffer.text { Request.changes(query).write(to: &$0) } == json)
    #expect(Reading(json) == .request(.changes(query)))
    #expect(!ByteBuffer.text { Request.changes(ChangesQuery(limit: 1)).write(to: &$0) }.contains("origins"))
    #expect(
      Reading(#"{"changes":{"origins":1}}"#)
        == .refused(.wrongType(.changes, field: "origins", expected: "true or false")))
  }

  @Test("what rows have in common stands once")
  func shape() {
    let origins = [
      RowOrigin(Self.minter, milliseconds: 7), nil, RowOrigin(Self.minter, milliseconds: nil, asker: "10.0.0.1"),
    ]
    #expect(
      ByteBuffer.text { Response.changes(Self.page(origins)).write(to: &$0) }.contains(
        #""origins":[{"store":"s","rule":"derived","member":"pune","level":1,"lane":"3/256"}],"#
          + #""row_origins":[[0,7],null,[0,null,"10.0.0.1"]]"#))
  }

  @Test(
    "they are read as they were written",
    arguments: [
      nil, [nil, nil, nil],
      [RowOrigin(minter, milliseconds: 1), RowOrigin(minter, milliseconds: .max, asker: "a"), nil],
      [RowOrigin(minter, milliseconds: nil), RowOrigin(.init(store: "t", rule: "first"), milliseconds: 0), nil],
    ] as [[RowOrigin?]?])
  func written(origins: [RowOrigin?]?) throws {
    var out = ByteBuffer()
    Response.changes(Self.page(origins)).write(to: &out)
    #expect(try ChangesAnswer(out, depth: 8, maximumRows: 3) == Self.page(origins))
  }

  @Test("one that no node would keep is not known")
  func unusual() throws {
    var out = ByteBuffer()
    let long = String(repeating: "x", count: RowOrigin.longestText + 1)
    let origins = [
      RowOrigin(Self.bare, milliseconds: 1), RowOrigin(Self.minter, milliseconds: 1, asker: long),
      RowOrigin(.init(store: "s", level: 99, rule: "first"), milliseconds: 1),
    ]
    Response.changes(Self.page(origins)).write(to: &out)
    #expect(try ChangesAnswer(out, depth: 8, maximumRows: 3) == Self.page([nil, nil, nil]))
    let elsewhere = try Self.read(#","origins":[],"row_origins":[[4,1]]"#)
    #expect(elsewhere == Self.page([nil], rows: [Self.rows[0]]))
  }

  @Test(
    "lists that do not fit make the answer unreadable",
    arguments: [
      #","row_origins":[]"#, #","row_origins":[null,null]"#, #","row_origins":[7]"#, #","row_origins":[[0]]"#,
      #","row_origins":[["0",1]]"#, #","row_origins":[[0,"1"]]"#, #","row_origins":[[0,1,2]]"#,
      #","origins":[7],"row_origins":[null]"#, #","origins":[{"store":"s"}],"row_origins":[null]"#,
    ])
  func broken(fields: String) throws { #expect(try Self.read(fields) == nil) }

  @Test(
    "no more are read than rows were asked for",
    arguments: [
      #","row_origins":[null,null,null]"#,
      #","origins":[{"store":"s","rule":"a"},{"store":"s","rule":"b"},{"store":"s","rule":"c"}]"#,
    ])
  func many(fields: String) throws {
    #expect(throws: ResponseError.tooManyRows(limit: 2)) { try Self.read(fields) }
  }
}
