// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@testable import headwater

@Suite("Files to import", .ownThreads)
struct ImportFileTests {
  @Test("a pipe, which gives its lines once, can be read as often as a decision has to run")
  func pipe() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("rows.csv")
    #expect(mkfifo(path, 0o600) == 0)
    let writer = Thread { try? Data("one\ntwo\r\nthree".utf8).write(to: URL(fileURLWithPath: path)) }
    writer.start()
    let file = try ImportFile(path, copiesIn: URL(fileURLWithPath: folder.path))
    #expect(file.name == path)
    for _ in 0..<3 { #expect(try LineSource(file).map(String.init) == ["one", "two", "three"]) }
  }

  @Test("a file is read where it is")
  func plain() throws {
    let folder = try TemporaryFolder()
    try folder.write("one\n", to: "rows.csv")
    let file = try ImportFile(folder.path("rows.csv"), copiesIn: URL(fileURLWithPath: "/nonexistent"))
    #expect(file.path == folder.path("rows.csv"))
    #expect(try LineSource(file).map(String.init) == ["one"])
  }
}
