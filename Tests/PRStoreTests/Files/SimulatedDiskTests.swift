// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestDisk
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// What other tests find is worth no more than the disk that they run on.
@Suite("A simulated disk", .ownThreads)
struct SimulatedDiskTests {
  private static let new = [UInt8]("a new file".utf8)
  private static let old = [UInt8]("the old one".utf8)

  /// What is left of a file after a power loss, by many seeds.
  private func outcomes(_ work: (SimulatedDisk) throws -> Void) rethrows -> Set<[UInt8]?> {
    var found: Set<[UInt8]?> = []
    for seed in 0..<200 {
      let disk = SimulatedDisk(Seed(UInt64(seed)))
      disk.makeFolder("/disk")
      try work(disk)
      disk.restart()
      found.insert(disk.bytes(of: "/disk/file"))
      #expect(disk.openCount == 0)
    }
    return found
  }

  private func write(_ disk: SimulatedDisk, to path: String = "/disk/file", isSynced: Bool) throws {
    let file = try disk.create(path, mode: 0o644)
    try disk.writeAll(Self.new, to: file)
    if isSynced { try disk.sync(file) }
    try disk.close(file)
  }

  private func syncFolder(_ disk: SimulatedDisk) throws {
    let folder = try disk.open("/disk")
    try disk.sync(folder)
    try disk.close(folder)
  }

  @Test("keeps what was synced, and its name")
  func synced() throws {
    let found = try outcomes { disk in
      try write(disk, isSynced: true)
      try syncFolder(disk)
    }
    #expect(found == [Self.new])
  }

  @Test("may lose a name that was not synced, of a file that was")
  func name() throws {
    #expect(try outcomes { try write($0, isSynced: true) } == [nil, Self.new])
  }

  @Test("may lose bytes that were not synced, all or some, and keep their name")
  func bytes() throws {
    let found = try outcomes { disk in
      try write(disk, isSynced: false)
      try syncFolder(disk)
    }
    #expect(found.isSuperset(of: [Self.new, []]) && !found.contains(nil))
    #expect(found.contains { $0.map { !$0.isEmpty && $0 != Self.new && Self.new.starts(with: $0) } ?? false })
  }

  @Test("may keep the name before a rename, until the folder is synced")
  func rename() throws {
    for isSynced in [false, true] {
      let found = try outcomes { disk in
        disk.put(Self.old, at: "/disk/file")
        try write(disk, to: "/disk/other", isSynced: true)
        try disk.rename("/disk/other", to: "/disk/file")
        if isSynced { try syncFolder(disk) }
      }
      #expect(found == (isSynced ? [Self.new] : [Self.old, Self.new]))
    }
  }

  @Test("may bring a removed file back, until the folder is synced")
  func removal() throws {
    for isSynced in [false, true] {
      let found = try outcomes { disk in
        disk.put(Self.old, at: "/disk/file")
        try disk.remove("/disk/file")
        if isSynced { try syncFolder(disk) }
      }
      #expect(found == (isSynced ? [nil] : [Self.old, nil]))
    }
  }

  @Test("does not bring to the disk what a sync before has failed to")
  func failedSync() throws {
    let found = try outcomes { disk in
      let file = try disk.create("/disk/file", mode: 0o644)
      try syncFolder(disk)
      try disk.writeAll(Self.new, to: file)
      disk.fail(1, with: .failing)
      #expect(throws: FileError.failing) { try disk.sync(file) }
      try disk.sync(file)
    }
    #expect(found.contains([]) && found.contains(Self.new))
  }

  @Test("fails the call that it is to fail and no other, and all calls without power")
  func faults() throws {
    let disk = SimulatedDisk(Seed(1))
    disk.makeFolder("/disk")
    disk.put(Self.old, at: "/disk/file")
    disk.fail(2, with: FileError(ENOSPC))
    #expect(try disk.facts(of: "/disk/file").size == Self.old.count)
    #expect(throws: FileError(ENOSPC)) { try disk.create("/disk/other", mode: 0o600) }
    _ = try disk.create("/disk/other", mode: 0o600)
    #expect(disk.openCount == 1 && disk.calls.map(\.kind) == [.facts, .create, .create])
    disk.losePower(during: 1)
    for _ in 0..<2 { #expect(throws: FileError.failing) { try disk.remove("/disk/file") } }
    #expect(disk.calls.count == 4)
    disk.restart()
    #expect([nil, Self.old].contains(disk.bytes(of: "/disk/file")))
  }

  @Test("does the same from the same seed", arguments: Seed.several(20))
  func replay(seed: Seed) throws {
    let found = try (0..<2).map { _ in
      let disk = SimulatedDisk(seed)
      disk.makeFolder("/disk")
      for name in ["a", "b", "c", "d"] { try write(disk, to: "/disk/\(name)", isSynced: false) }
      disk.restart()
      return disk.paths.map { [$0: disk.bytes(of: $0)] }
    }
    #expect(found[0] == found[1])
  }

  @Test("refuses what the machine's disk refuses, in the same words")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let disk = SimulatedDisk(Seed(1))
    let inner = folder.file("folder")
    for path in [folder.path, inner] { disk.makeFolder(path) }
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
    for files in [SystemFiles(), disk] as [any StoreFiles] {
      let (file, none) = (folder.file("file"), folder.file("none"))
      try files.close(files.create(file, mode: 0o644))
      #expect(throws: FileError(EEXIST)) { try files.create(file, mode: 0o644) }
      #expect(throws: FileError(ENOENT)) { try files.create(folder.file("no/file"), mode: 0o644) }
      #expect(throws: FileError(ENOENT)) { try files.open(none) }
      #expect(throws: FileError(ENOENT)) { try files.facts(of: none) }
      #expect(throws: FileError(ENOENT)) { try files.remove(none) }
      #expect(throws: FileError(EISDIR)) { try files.remove(inner) }
      #expect(throws: FileError(ENOENT)) { try files.rename(none, to: file) }
      #expect(throws: FileError(EISDIR)) { try files.rename(file, to: inner) }
      #expect(throws: FileError(EISDIR)) { try files.prefix(1, of: inner) }
      #expect(throws: FileError(EBADF)) { try files.close(OpenFile(number: -1)) }
      #expect(try files.facts(of: file).size == 0 && !files.facts(of: file).isFolder)
      #expect(try files.facts(of: inner).isFolder)
      try files.checkAccess(to: file, for: [.reading, .writing])
    }
  }
}
