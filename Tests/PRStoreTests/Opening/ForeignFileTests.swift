// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("Files of other programs", .ownThreads)
struct ForeignFileTests {
  static let tables: [([String], Bool)] = [
    ([], false), (["PRMAIN"], false), (["PRMAIN_nohist"], false), (["PRMAIN_hist", "x"], false),
    (["headwater_store", "x"], false), (["unihashes_v3", "outhashes_v2"], true), (["prmain2"], true),
  ]

  @Test("a file is another program's when it has tables and none of a PR server", arguments: tables)
  func rule(names: [String], isForeign: Bool) { #expect(TableNames(names).areForeign == isForeign) }

  @Test("BitBake's hash server's database is refused, and stays as it is", arguments: [false, true])
  func hashServer(readOnly: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("hashserv.db")
    let other = try ForeignProcess(path)
    try other.run("CREATE TABLE unihashes_v3 (method TEXT, taskhash TEXT, unihash TEXT)")
    try other.run("CREATE TABLE outhashes_v2 (method TEXT)")
    try other.close()
    let before = try contents(of: path)
    #expect(throws: StoreError.foreign(path: path, tables: ["outhashes_v2", "unihashes_v3"])) {
      try Store.open(StoreOptions(path: path, readOnly: readOnly))
    }
    #expect(try contents(of: path) == before)
  }

  @Test("an empty file counts as created, a file with rows does not")
  func empty() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Data(), to: "pr.sqlite3")
    let (store, report) = try Store.open(StoreOptions(path: path))
    #expect(report.created)
    store.close()
    #expect(try !Store.open(StoreOptions(path: path)).report.created)
  }
}
