// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed

/// What is done to the files of a database behind the back of its server.
enum DamagedFile: String, CaseIterable {
  case withoutLog = "the log removed"
  case withoutIndex = "the log's index removed"
  case withoutBoth = "the log and its index removed"
  case emptyLog = "the log cut to nothing"
  case shortLog = "the log cut behind its tenth page"
  case foreignLog = "the log of another database in place of its own"
  case flippedLog = "bits of the log flipped"
  case emptyIndex = "the log's index cut to nothing"
  case halfDatabase = "the database cut in half"
  case emptyDatabase = "the database cut to nothing"
  case foreignDatabase = "another database in its place"
  case overwrittenDatabase = "another database written over it"
  case flippedDatabase = "bits of the database flipped"

  /// - Parameters:
  ///   - path: the database.
  ///   - other: another one, with a log.
  func inflict(on path: String, from other: String, _ numbers: inout SeededNumbers) throws {
    switch self {
    case .withoutLog: unlink(path + "-wal")
    case .withoutIndex: unlink(path + "-shm")
    case .withoutBoth:
      unlink(path + "-wal")
      unlink(path + "-shm")
    case .emptyLog: truncate(path + "-wal", 0)
    case .shortLog: truncate(path + "-wal", 32 + 10 * (24 + 4096))
    case .foreignLog: try Self.replace(path + "-wal", by: other + "-wal")
    case .flippedLog:
      // A log is longer than what is in it.
      try Self.flip(path + "-wal", upTo: 400_000, &numbers)
    case .emptyIndex: truncate(path + "-shm", 0)
    case .halfDatabase: truncate(path, Self.length(path) / 2)
    case .emptyDatabase: truncate(path, 0)
    case .foreignDatabase: try Self.replace(path, by: other)
    case .overwrittenDatabase:
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try file.write(contentsOf: Data(contentsOf: URL(fileURLWithPath: other)))
      try file.close()
    case .flippedDatabase: try Self.flip(path, &numbers)
    }
  }

  private static func length(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  private static func replace(_ path: String, by other: String) throws {
    try FileManager.default.copyItem(atPath: other, toPath: path + ".new")
    guard rename(path + ".new", path) == 0 else { throw Failure("\(path) is not replaced: \(errno)") }
  }

  private static func flip(_ path: String, upTo maximum: Int = .max, _ numbers: inout SeededNumbers) throws {
    let length = min(length(path), maximum)
    guard length > 0 else { return }
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    for _ in 0..<3 {
      let place = UInt64(clamping: Int.random(in: 0..<length, using: &numbers))
      try file.seek(toOffset: place)
      let byte = try file.read(upToCount: 1)?.first ?? 0
      try file.seek(toOffset: place)
      try file.write(contentsOf: [byte ^ (1 << UInt8.random(in: 0..<8, using: &numbers))])
    }
    try file.close()
  }
}
