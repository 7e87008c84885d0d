// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("A frozen database", .ownThreads)
struct FreezeTests {
  private let folder: TemporaryFolder
  private let path: String
  private let target: String
  private let store: Store

  init() async throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    target = folder.file("frozen.sqlite3")
    store = try Store.writable(path)
    try await store.record([.busybox("a", "7"), .busybox("b", "7.1"), Row(tuple: TupleKey("v", "é", "c"), value: "1")])
    _ = try await store.write { context throws(StoreError) in
      try context.copy([.busybox("a", "7"), .busybox("copied", "9")], milliseconds: 5)
    }
  }

  @discardableResult
  private func freeze(replaces: Bool = false) throws -> Manifest {
    try Freeze(of: path, to: target).run(replaces: replaces, time: "2026-01-01T00:00:00Z")
  }

  @Test("a copy that is not whole, or no row at all, is not frozen unless that is allowed")
  func incomplete() async throws {
    let position = FeedPosition(store: "upstream", serial: 2, digest: .start)
    _ = try await store.write { context throws(StoreError) in
      try context.copy(
        FeedSlice(rows: [.busybox("more", "11")], position: position, endsFeed: false), from: nil, source: nil,
        milliseconds: 5)
    }
    let error = #expect(throws: StoreError.self) { try freeze() }
    #expect(error?.description.contains("not complete") == true)
    #expect(try folder.names.filter { $0.hasPrefix("frozen") }.isEmpty)
    _ = try Freeze(of: path, to: target).run(replaces: false, allowsIncomplete: true, time: "now")
    _ = try await store.write { context throws(StoreError) in
      try context.copy(
        FeedSlice(rows: [], position: position, endsFeed: true), from: position, source: nil, milliseconds: 5)
    }
    try freeze(replaces: true)
    let empty = folder.file("empty.sqlite3")
    try Store.writable(empty).close()
    #expect(throws: StoreError.self) { try Freeze(of: empty, to: target).run(replaces: true, time: "now") }
    #expect(throws: Never.self) {
      try Freeze(of: empty, to: target).run(replaces: true, allowsIncomplete: true, time: "now")
    }
  }

  private func opened(_ file: String? = nil) throws -> Store {
    var options = StoreOptions(path: file ?? target, readOnly: true)
    options.isFrozen = true
    return try Store.open(options).store
  }

  @Test("holds own and copied rows as its own, with their stories, and fits its manifest")
  func whole() async throws {
    let manifest = try freeze()
    #expect(try Manifest.verified(of: target) == manifest)
    let position = try #require(try await store.feed().positions.last)
    #expect(manifest.store == store.identity && manifest.serial == position.serial)
    #expect(manifest.digest == position.digest.description && manifest.rows == 4)
    #expect(manifest.frozen == "2026-01-01T00:00:00Z")
    let frozen = try opened()
    let rows = try await store.read { reader throws(StoreError) in
      try reader.page(of: RowFilter(history: .kept), from: .start, includesCopy: true).rows
    }
    #expect(try await frozen.export(RowFilter(history: .kept)) == rows && rows.count == 4)
    #expect(try await frozen.greatest(.busybox) == "9")
    #expect(try await frozen.greatest(rows[3].tuple.package) == "1")
    #expect(try frozen.sqliteEventLoopReader().current(.checksum("copied")) == "9")
    let story = try await frozen.read { reader throws(StoreError) in
      try reader.story(of: .busybox, checksum: "copied").map(\.provenance.origin)
    }
    #expect(story == [.copied])
    #expect(try folder.names.filter { $0.hasPrefix("frozen") } == ["frozen.sqlite3", "frozen.sqlite3.manifest.json"])
  }

  @Test("has the floors, with their stories, and answers nothing below one as current")
  func floors() async throws {
    let provenance = FloorProvenance(.operator, source: nil, setter: "me", milliseconds: 3)
    try await store.write { context throws(StoreError) in
      for (value, package) in [("3", "other"), ("40", "busybox-1.36.1-r0"), ("41", "busybox-1.36.1-r0")] {
        try context.raise(
          Floor(package: PackageKey(version: package, pkgarch: "core2-64"), value: revision(value)), provenance)
      }
    }
    let floors = try await store.read { reader throws(StoreError) in try reader.floors(after: 0, limit: 9) }
    #expect(floors.count == 3)
    try freeze()
    let frozen = try opened()
    #expect(try await frozen.read { reader throws(StoreError) in try reader.floors(after: 0, limit: 9) } == floors)
    #expect(try await frozen.read { reader throws(StoreError) in try reader.floor(of: .busybox) } == revision("41"))
    #expect(try frozen.sqliteEventLoopReader().current(.checksum("copied")) == nil)
  }

  @Test("does not change with its source, and cannot be changed through us")
  func unchanged() async throws {
    try freeze()
    let bytes = try contents(of: target)
    try await store.record((0..<500).map { .busybox("later\($0)", "\($0 + 10)") })
    let frozen = try opened()
    #expect(try await frozen.greatest(.busybox) == "9")
    await #expect(throws: StoreError.readOnly(path: target)) { try await frozen.count(.checksum("new")) }
    // A log that somebody lays beside it is not read.
    try ForeignProcess(path).run("PRAGMA wal_checkpoint(PASSIVE)")
    try FileManager.default.copyItem(atPath: path + "-wal", toPath: target + "-wal")
    #expect(try await opened().greatest(.busybox) == "9")
    #expect(try contents(of: target) == bytes)
  }

  @Test("one byte changed anywhere in file or manifest, and it is refused with a sentence", arguments: Seed.several(1))
  func oneByte(seed: Seed) throws {
    var numbers = seed.numbers
    try freeze()
    for file in [target, Manifest.path(of: target)] {
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
      let sound = [UInt8](try contents(of: file))
      let places = [0, 18, 24, 99, 4096, sound.count / 2, sound.count - 2].filter { $0 < sound.count }
      for place in places + (0..<40).map({ _ in Int.random(in: 0..<sound.count, using: &numbers) }) {
        var bytes = sound
        bytes[place] ^= 1 << UInt8.random(in: 0...6, using: &numbers)
        // A blank for another blank says the same.
        if file != target, [sound[place], bytes[place]].allSatisfy({ [0x20, 0x0A, 0x09, 0x0D].contains($0) }) {
          continue
        }
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        try expectRefusal("\(file) byte \(place); \(seed)")
      }
      try Data(sound).write(to: URL(fileURLWithPath: file))
      #expect(throws: Never.self) { try Manifest.verified(of: target) }
    }
  }

  private func expectRefusal(_ comment: String) throws {
    let error = #expect(throws: StoreError.self, "\(comment)") { try Manifest.verified(of: target) }
    guard case .unfit(target, let detail) = error else {
      Issue.record("\(comment): \(String(describing: error))")
      return
    }
    #expect(detail.contains("manifest"), "\(comment)")
  }

  @Test("cut short, without its file or without its manifest it is refused")
  func missingParts() throws {
    try freeze()
    let manifest = Manifest.path(of: target)
    let (file, text) = (try contents(of: target), try contents(of: manifest))
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: target)
    for length in [0, 50, 100, 4096, file.count - 1] {
      try file.prefix(length).write(to: URL(fileURLWithPath: target))
      try expectRefusal("\(length) bytes")
    }
    try file.write(to: URL(fileURLWithPath: target))
    for length in [0, 1, text.count / 2, text.count - 3] {
      try text.prefix(length).write(to: URL(fileURLWithPath: manifest))
      try expectRefusal("\(length) bytes of the manifest")
    }
    try FileManager.default.removeItem(atPath: manifest)
    try expectRefusal("no manifest")
    try text.write(to: URL(fileURLWithPath: manifest))
    try FileManager.default.removeItem(atPath: target)
    #expect(throws: StoreError.missing(path: target)) { try Manifest.verified(of: target) }
  }

  @Test("replaces nothing unless it is told to, and never its source or a database in use")
  func force() async throws {
    try freeze()
    #expect {
      try freeze()
    } throws: { error in
      "\(error)".contains("--force") && "\(error)".contains(target)
    }
    try await store.record([.busybox("later", "20")])
    let manifest = try freeze(replaces: true)
    #expect(manifest.rows == 5)
    #expect(try Manifest.verified(of: target) == manifest)
    #expect(throws: StoreError.self) {
      try Freeze(of: path, to: folder.path + "/./pr.sqlite3").run(replaces: true, time: "")
    }
    let live = folder.file("live.sqlite3")
    let other = try Store.writable(live)
    try await other.record([.busybox("x", "1")])
    #expect {
      try Freeze(of: path, to: live).run(replaces: true, time: "")
    } throws: { error in
      "\(error)".contains(live + "-wal")
    }
    #expect(try await other.greatest(.busybox) == "1")
  }

  @Test("holds no value that names two contents, own or copied, unless it is told to")
  func duplicates() async throws {
    _ = try await store.write { context throws(StoreError) in
      try context.copy([.busybox("late", "07"), .busybox("other", "9")], milliseconds: 6)
    }
    #expect {
      try freeze()
    } throws: { error in
      ["\(path): ", "7 of busybox-1.36.1-r0 core2-64 (a, late)", "9 of ", "(copied, other)", "--allow-duplicates"]
        .allSatisfy("\(error)".contains)
    }
    #expect(try folder.names.filter { $0.hasPrefix("frozen") }.isEmpty)
    #expect(try Freeze(of: path, to: target).run(replaces: false, allowsDuplicates: true, time: "").rows == 6)
    #expect(try await opened().value(.checksum("other")) == "9")
  }

  @Test("leaves out the shared value of a content that has one of its own, as the node does that answers it")
  func numberedAnew() async throws {
    for rows in [[Row.busybox("zero", "3"), .busybox("zero", "2")], [.busybox("late", "3"), .busybox("late", "3.0")]] {
      _ = try await store.write { context throws(StoreError) in try context.copy(rows, milliseconds: 6) }
    }
    #expect(try freeze().rows == 7)
    let frozen = try opened()
    let kept = try await frozen.export(RowFilter(history: .kept)).filter { $0.tuple.package == .busybox }
    #expect(kept.filter { $0.tuple.checksum == "late" } == [.busybox("late", "3.0")])
    #expect(try await frozen.value(.checksum("zero")) == "3")
  }

  @Test("is made of a file of BitBake's, and of an empty one")
  func otherSources() async throws {
    let stock = folder.file("stock.sqlite3")
    _ = try ForeignProcess.bitbake(stock, [.busybox("a", "3"), .busybox("b", "10"), .busybox("c", "odd")])
    #expect(try Freeze(of: stock, to: target).run(replaces: false, time: "").rows == 3)
    #expect(try await opened().greatest(.busybox) == "10")
    let empty = folder.file("empty.sqlite3")
    try Store.writable(empty).close()
    #expect(try Freeze(of: empty, to: target).run(replaces: true, allowsIncomplete: true, time: "").rows == 0)
    #expect(try await opened().greatest(.busybox) == nil)
    #expect(throws: StoreError.missing(path: folder.file("none"))) {
      try Freeze(of: folder.file("none"), to: target).run(replaces: true, time: "")
    }
  }

  @Test("damaged while it is served, it says to take the file from where it was frozen")
  func damagedLater() async throws {
    try await store.record((0..<500).map { .busybox("checksum-\($0)", "\($0 + 10)") })
    try freeze()
    var bytes = try contents(of: target)
    for page in 1..<bytes.count / 4096 {
      bytes.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Data(repeating: 0xA5, count: 4096))
    }
    let frozen = try opened()
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: target)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: target))
    try file.write(contentsOf: bytes)
    try file.close()
    await #expect {
      try await frozen.value(.checksum("a"))
    } throws: { error in
      "\(error)".contains("where they were frozen") && !"\(error)".contains(".recover")
    }
  }

  @Test("is served from a medium that nobody can write", .enabled(if: SmallDisk.isPossible, "needs to mount"))
  func readOnlyMedium() async throws {
    let disk = try SmallDisk(kilobytes: 1024)
    let target = disk.file("frozen.sqlite3")
    _ = try Freeze(of: path, to: target).run(replaces: false, time: "")
    try disk.becomeReadOnly()
    #expect(throws: Never.self) { try Manifest.verified(of: target) }
    #expect(try await opened(target).greatest(.busybox) == "9")
  }

  @Test("leaves nothing behind where there is no room", .enabled(if: SmallDisk.isPossible, "needs to mount"))
  func noRoom() async throws {
    try await store.record((0..<5000).map { .busybox("checksum-\($0)", "\($0 + 10)") })
    let disk = try SmallDisk(kilobytes: 128)
    #expect {
      try Freeze(of: path, to: disk.file("frozen.sqlite3")).run(replaces: false, time: "")
    } throws: { error in
      if case StoreError.diskFull = error { true } else { false }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).isEmpty)
  }
}
