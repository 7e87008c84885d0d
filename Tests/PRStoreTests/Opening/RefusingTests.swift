// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

@Suite("Files that cannot be opened", .ownThreads)
struct RefusingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Opens, and gives the error that must come of it.
  private func refusal(_ path: String, readOnly: Bool = false, timeout: Duration = .seconds(600)) -> StoreError? {
    #expect(throws: StoreError.self, "\(path), \(readOnly ? "to read" : "to write")") {
      _ = try Store.open(StoreOptions(path: path, readOnly: readOnly, lockTimeout: timeout))
    }
  }

  /// A closed database with enough rows to be many pages long.
  private func sound() throws -> String {
    let path = folder.file("pr.sqlite3")
    let rows = (0..<2000).map { Row.busybox("checksum-\($0)", "\($0)") }
    let bitbake = try ForeignProcess.bitbake(path)
    try bitbake.run("BEGIN")
    try bitbake.insert(rows)
    try bitbake.run("COMMIT")
    try bitbake.close()
    return path
  }

  @Test("a missing file is made only to be written", arguments: [false, true])
  func missing(inFolder: Bool) throws {
    let path = folder.file(inFolder ? "pr.sqlite3" : "nowhere/pr.sqlite3")
    #expect(refusal(path, readOnly: true) == .missing(path: path))
    if !inFolder { #expect(refusal(path) == .missingFolder(path: path)) }
    #expect(try folder.names.isEmpty)
  }

  @Test("a folder is no database", arguments: [false, true])
  func isFolder(readOnly: Bool) {
    #expect(refusal(folder.path, readOnly: readOnly) == .folder(path: folder.path))
  }

  @Test(
    "a text file is no database, and stays as it is",
    arguments: ["x", "# a configuration\n", "SQLite format 4\0 and more"])
  func textFile(text: String) throws {
    let path = try folder.write(Data(text.utf8), to: "pr.sqlite3")
    for readOnly in [false, true] { #expect(refusal(path, readOnly: readOnly) == .notADatabase(path: path)) }
    #expect(try contents(of: path) == Data(text.utf8))
    #expect(try folder.names == ["pr.sqlite3"])
  }

  @Test("a newer schema is refused with both numbers", arguments: [false, true])
  func newer(readOnly: Bool) throws {
    let path = folder.file("pr.sqlite3")
    _ = try Store.writable(path)
    try ForeignProcess(path).run("UPDATE headwater_store SET value = '5' WHERE key = 'schema'")
    #expect(refusal(path, readOnly: readOnly) == .newer(path: path, found: 5, known: 4))
    #expect(try ForeignProcess(path).ask("SELECT value FROM headwater_store WHERE key = 'schema'") == [["5"]])
  }

  @Test("a store without an identity is damaged")
  func noIdentity() throws {
    let path = folder.file("pr.sqlite3")
    _ = try Store.writable(path)
    try ForeignProcess(path).run("DELETE FROM headwater_store WHERE key = 'store'")
    for readOnly in [false, true] {
      #expect(refusal(path, readOnly: readOnly) == .damaged(path: path, detail: "it has no store identity"))
    }
  }

  @Test("a file whose end is missing is damaged", arguments: [16, 99, 100, 4096, 40_000])
  func truncated(length: Int) throws {
    let path = try sound()
    try contents(of: path).prefix(length).write(to: URL(fileURLWithPath: path))
    for readOnly in [false, true] {
      guard case .damaged(path, let detail) = refusal(path, readOnly: readOnly) else {
        Issue.record("\(length) bytes were not called damaged")
        continue
      }
      #expect(detail.contains(length < 100 ? "header" : "pages"))
    }
  }

  @Test("bytes overwritten in the middle are found before the database is written to")
  func overwritten() throws {
    let path = try sound()
    var bytes = try contents(of: path)
    let middle = bytes.count / 8192 * 4096
    bytes.replaceSubrange(middle..<middle + 4096, with: Data(repeating: 0xA5, count: 4096))
    try bytes.write(to: URL(fileURLWithPath: path))
    guard case .damaged(path, let detail) = refusal(path) else {
      Issue.record("it was not called damaged")
      return
    }
    #expect(!detail.isEmpty)
    #expect(try contents(of: path) == bytes)
  }

  @Test("a bit that was flipped in a row, or in the index over it, is found")
  func flipped() async throws {
    let path = folder.file("pr.sqlite3")
    let store = try Store.writable(path)
    try await store.record([.busybox("before", "0"), .busybox("needle", "1"), .busybox("behind", "2")])
    store.close()
    let sound = try contents(of: path)
    let needle = Data("needle".utf8)
    var found: [String] = []
    var start = sound.startIndex
    while let place = sound.range(of: needle, in: start..<sound.endIndex) {
      start = place.upperBound
      var bytes = sound
      bytes[place.lowerBound] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
      // The bit of a head or of the feed is found by something else, or by an audit.
      do throws(StoreError) {
        try Store.open(StoreOptions(path: path)).store.close()
      } catch {
        if case .damaged(path, let detail) = error { found.append(detail) }
      }
    }
    #expect(found.count { $0.contains("PRMAIN") } == 2, "one is the row's, one is the index's: \(found)")
  }

  @Test("a header of nothing but noise behind the magic is refused", arguments: [false, true])
  func noisyHeader(readOnly: Bool) throws {
    let path = try folder.write(Data("SQLite format 3\0".utf8) + Data(repeating: 0xFF, count: 5000), to: "pr.sqlite3")
    switch refusal(path, readOnly: readOnly) {
    case .damaged(path, _), .notADatabase(path): break
    case let error: Issue.record("\(error.map(String.init(describing:)) ?? "nothing")")
    }
  }

  @Test(
    "a database that another process keeps locked is refused after the time it was given", arguments: [false, true])
  func locked(readOnly: Bool) throws {
    let path = folder.file("pr.sqlite3")
    let other = try ForeignProcess(path)
    try other.run("CREATE TABLE PRMAIN (version, pkgarch, checksum, value)")
    try other.run("BEGIN EXCLUSIVE")
    let start = ContinuousClock.now
    let error = refusal(path, readOnly: readOnly, timeout: .milliseconds(1100))
    #expect(error == .locked(path: path, seconds: 1))
    #expect(start.duration(to: .now) >= .milliseconds(1090))
    try other.run("COMMIT")
    #expect(throws: Never.self) { try Store.open(StoreOptions(path: path, readOnly: readOnly)) }
  }

  static let descriptions: [(StoreError, [String])] = [
    (.locked(path: "/p", seconds: 20), ["/p", "20 s", "fuser /p"]),
    (.diskFull(path: "/p"), ["/p", "full", "free some space"]),
    (.readOnly(path: "/p"), ["/p", "read-only"]),
    (.missing(path: "/p"), ["/p", "no database", "does not create one", "check the path"]),
    (.missingFolder(path: "/p"), ["/p", "folder", "create it"]),
    (.permission(path: "/p"), ["/p", "no permission", "owner"]),
    (.folder(path: "/p"), ["/p is a folder", "name a file in it"]),
    (.notADatabase(path: "/p"), ["/p", "not an SQLite database", "another file"]),
    (.damaged(path: "/p", detail: "page 7"), ["/p", "damaged (page 7)", "backup", "sqlite3 /p .recover"]),
    (.newer(path: "/p", found: 2, known: 1), ["/p", "newer", "is 2", "reads 1"]),
    (.unfinishedLog(path: "/p"), ["/p-wal", "read-only medium", "headwater backup"]),
    (.refusedBySchema(detail: "why"), ["refused", "why"]),
    (
      .taken(PackageKey(version: "v", pkgarch: "p"), value: "7", holder: "abc"),
      ["value 7 of v p", "checksum abc", "import one that no other"]
    ),
    (.notARevision, ["not a revision", "18446744073709551615", "255 bytes"]),
    (.abandoned, ["nothing was stored"]),
    (.closed, ["stopping", "ask again"]),
    (.engine(path: "/p", detail: "in its words"), ["/p", "in its words"]),
  ]

  @Test("an error says what is wrong, where, and what to do", arguments: descriptions)
  func describes(error: StoreError, words: [String]) {
    for word in words { #expect("\(error)".contains(word), "\(error)") }
  }
}
