// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestDisk
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("A file that is written whole", .ownThreads)
struct AtomicFileTests {
  /// With a file before it and without.
  private static let before: [[UInt8]?] = [nil, WholeFile.old]

  @Test(
    "is the one before or the one after when the power fails during any call, and the one after once it is written",
    arguments: WholeFile.all, Seed.several(40))
  func powerLoss(file: WholeFile, seed: Seed) throws {
    for old in Self.before {
      let whole = Attempt(file, old: old, seed)
      #expect(whole.run() == nil)
      let new = try #require(whole.bytes)
      // The last round has no fault: the power fails when the file is written.
      for call in 1...whole.disk.calls.count + 1 {
        let attempt = Attempt(file, old: old, seed)
        attempt.disk.losePower(during: call)
        let isWritten = attempt.run() == nil
        attempt.disk.restart()
        let found = attempt.bytes
        #expect(found == new || !isWritten && found == old, "\(call) of \(whole.disk.calls); \(seed)")
        if isWritten { #expect(attempt.mode == file.mode, "\(seed)") }
      }
    }
  }

  private static let errors = [ENOSPC, EDQUOT, EIO, EROFS, EACCES, EPERM, EMFILE, ENFILE, ELOOP].map(FileError.init)

  @Test(
    "is the one before when a call fails, with an error that says what to do and with nothing left open",
    arguments: WholeFile.all, errors)
  func failures(file: WholeFile, error: FileError) throws {
    for old in Self.before {
      let seed = Seed(1)
      let whole = Attempt(file, old: old, seed)
      #expect(whole.run() == nil)
      let new = try #require(whole.bytes)
      for (index, call) in whole.disk.calls.enumerated() {
        let attempt = Attempt(file, old: old, seed)
        attempt.disk.fail(index + 1, with: error)
        let failure = attempt.run()
        // Only the last step comes after the file has its name. Closing what was only read loses nothing.
        let isNamed = call.path == WholeFile.folder && [.sync, .close].contains(call.kind)
        let isHarmless = call.kind == .close && (isNamed || file.given != nil)
        #expect((failure == nil) == isHarmless, "\(call)")
        #expect(attempt.bytes == (isNamed || isHarmless ? new : old), "\(call)")
        if let text = failure?.description {
          #expect(text.contains(error.advice) && text.contains(WholeFile.folder), "\(call): \(text)")
        }
        #expect(attempt.disk.openCount == 0, "\(call)")
        #expect(attempt.disk.paths.allSatisfy { [file.path, file.given].contains($0) }, "\(call)")
      }
    }
  }

  @Test("reports the first error when all that follows fails as well", arguments: WholeFile.all)
  func firstError(file: WholeFile) {
    let whole = Attempt(file, old: nil, Seed(1))
    #expect(whole.run() == nil)
    let count = whole.disk.calls.count
    for call in 1...count where whole.disk.calls[call - 1].kind != .close {
      let attempt = Attempt(file, old: nil, Seed(1))
      for later in call...count + 5 { attempt.disk.fail(later, with: FileError(later == call ? ENOSPC : EIO)) }
      #expect(attempt.run() == .diskFull(path: file.path), "\(whole.disk.calls[call - 1])")
      #expect(attempt.disk.openCount == 0)
    }
  }

  @Test("needs no sync of a folder where the file system has none", arguments: WholeFile.all)
  func folderWithoutSync(file: WholeFile) throws {
    let whole = Attempt(file, old: nil, Seed(1))
    #expect(whole.run() == nil)
    let sync = try #require(whole.disk.calls.firstIndex { $0.kind == .sync && $0.path == WholeFile.folder })
    let attempt = Attempt(file, old: nil, Seed(1))
    attempt.disk.fail(sync + 1, with: FileError(EINVAL))
    #expect(attempt.run() == nil)
    #expect(attempt.bytes == whole.bytes)
  }

  @Test("has the permissions that it is given from the start, and needs no sync where it need not survive")
  func unsynced() throws {
    let disk = SimulatedDisk(Seed(1))
    disk.makeFolder("/disk")
    let file = AtomicFile("/disk/ready", in: .simulated(on: disk, Seed(1)))
    try file.write("ready\n".utf8, mode: 0o600, isSynced: false)
    #expect(disk.bytes(of: "/disk/ready") == [UInt8]("ready\n".utf8))
    #expect(disk.mode(of: "/disk/ready") == 0o600)
    #expect(!disk.calls.contains { $0.kind == .sync || $0.kind == .setMode } && disk.openCount == 0)
  }

  @Test("is written on the machine's disk in the same way")
  func onTheMachine() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("file")
    let bytes = [UInt8](repeating: 7, count: 300_000)
    for bytes in [bytes, [], bytes.dropLast()] {
      try AtomicFile(path, in: .system).write(bytes, mode: 0o640)
      #expect(try [UInt8](contents(of: path)) == bytes)
      #expect(try SystemFiles().prefix(1 << 20, of: path) == bytes)
    }
    let given = try folder.write(Data("given".utf8), to: "given")
    try AtomicFile(path, in: .system).settle(given, mode: 0o444)
    #expect(try contents(of: path) == Data("given".utf8))
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o444)
    #expect(try folder.names == ["file"])
    #expect(throws: FileError(ENOENT)) { try AtomicFile(folder.file("no/file"), in: .system).write([1]) }
    #expect(throws: FileError(ENOENT)) { try AtomicFile(path, in: .system).settle(given) }
    let names = try folder.names
    #expect(throws: FileError(EISDIR)) { try AtomicFile(folder.path, in: .system).write([1]) }
    #expect(try folder.names == names && FileManager.default.fileExists(atPath: folder.path))
  }
}
