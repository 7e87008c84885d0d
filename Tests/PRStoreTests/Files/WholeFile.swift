// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestDisk
import TestSeed
import TestStore
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// A file that a store writes whole, on a simulated disk.
struct WholeFile: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let path: String
  /// What has another name before, and is written by SQLite.
  var given: String?
  var mode: UInt32 = 0o644
  let write: @Sendable (StoreEnvironment) throws(StoreError) -> Void

  static let folder = "/disk"
  static let old = [UInt8]("the file before, which is longer than some".utf8)

  static let mark = WholeFile(testDescription: "a mark", path: "/disk/pr.sqlite3.mark") {
    environment throws(StoreError) in
    let mark = StoreMark(
      store: "store", base: FeedPoint(serial: 0, digest: .start), last: FeedPoint(serial: 7, digest: .start))
    try MarkFile(of: "/disk/pr.sqlite3", in: environment).write(mark)
  }

  static let manifest = WholeFile(testDescription: "a manifest", path: "/disk/frozen.sqlite3.manifest.json") {
    environment throws(StoreError) in
    try Manifest(store: "store", serial: 7, digest: "", rows: 7).write(of: "/disk/frozen.sqlite3", in: environment)
  }

  static let backup = WholeFile(
    testDescription: "a backup", path: "/disk/copy.sqlite3", given: "/disk/copy.sqlite3.partial"
  ) { environment throws(StoreError) in
    try Backup(of: "/disk/pr.sqlite3", to: "/disk/copy.sqlite3", in: environment).settle("/disk/copy.sqlite3.partial")
  }

  static let frozen = WholeFile(
    testDescription: "a frozen file", path: "/disk/frozen.sqlite3", given: "/disk/frozen.sqlite3.partial", mode: 0o444
  ) { environment throws(StoreError) in
    try Freeze(of: "/disk/pr.sqlite3", to: "/disk/frozen.sqlite3", in: environment)
      .settle("/disk/frozen.sqlite3.partial")
  }

  static let all = [mark, manifest, backup, frozen]
}

/// One attempt to write a file.
struct Attempt {
  let file: WholeFile
  let disk: SimulatedDisk
  private let environment: StoreEnvironment

  /// - Parameter old: the file before; nil for none.
  init(_ file: WholeFile, old: [UInt8]?, _ seed: Seed) {
    self.file = file
    disk = SimulatedDisk(seed)
    environment = .simulated(on: disk, seed)
    disk.makeFolder(WholeFile.folder)
    if let old { disk.put(old, at: file.path) }
    if let given = file.given { disk.put([UInt8]("the file after".utf8), at: given, isSynced: false) }
  }

  /// - Returns: why the file could not be written; nil where it was.
  func run() -> StoreError? {
    do throws(StoreError) {
      try file.write(environment)
      return nil
    } catch {
      return error
    }
  }

  var bytes: [UInt8]? { disk.bytes(of: file.path) }
  var mode: UInt32? { disk.mode(of: file.path) }
}

extension StoreEnvironment {
  /// In virtual time, on a simulated disk.
  static func simulated(on disk: SimulatedDisk, _ seed: Seed) -> StoreEnvironment {
    var environment = VirtualTime(seed).environment
    environment.files = disk
    return environment
  }
}
