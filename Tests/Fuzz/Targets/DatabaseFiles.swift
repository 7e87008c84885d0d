// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore
import PRStoreSQLite
import TestSeed
import TestStore

/// The bytes of a database, of its log and of its mark.
struct DatabaseFiles {
  private var database: [UInt8]
  private var log: [UInt8]?
  private var mark: [UInt8]?

  /// A small database: rows in the file, and some in its log.
  static let shared = Result { try DatabaseFiles() }

  private init() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("prserv.sqlite3")
    (database, log, mark) = ([], nil, nil)
    for part in 0..<2 {
      let time = VirtualTime(Seed(1))
      let options = StoreOptions(path: path, durability: .off, guardsValues: true)
      let store = try Store.open(options, in: time.environment).store
      store.write { context throws(StoreError) in
        for number in 0..<24 {
          let tuple = TupleKey("busybox-\(number % 5)-r0", "core2-64", "c\(part)-\(number)")
          _ = try context.count(tuple)
        }
        _ = try context.count(.checksum("c1"))
        _ = try context.copy([Row.busybox("c5", "\(part + 4)")], source: "hq", milliseconds: 1)
        _ = try context.raise(Floor(package: .busybox, value: revision("\(part + 3)")), .fuzz)
      } done: { _ in
      }
      time.run()
      if part == 1 {
        database = Array(try contents(of: path))
        log = Array(try contents(of: path + "-wal"))
        mark = Array(try contents(of: path + ".mark"))
      }
      store.close()
      time.run()
    }
  }

  /// - Returns: the path of the database.
  func write(to folder: TemporaryFolder) throws -> String {
    if let log { _ = try folder.write(Data(log), to: "prserv.sqlite3-wal") }
    if let mark { _ = try folder.write(Data(mark), to: "prserv.sqlite3.mark") }
    return try folder.write(Data(database), to: "prserv.sqlite3")
  }

  mutating func replace(with bytes: [UInt8], isLog: Bool) {
    if isLog { log = bytes } else { (database, log, mark) = (bytes, nil, nil) }
  }

  /// Damages the files.
  mutating func change(by input: inout FuzzInput) {
    while !input.isEmpty {
      let kind = input.byte()
      if kind == 0xFF {
        log = nil
      } else if kind == 0xFE {
        mark = input.flag() ? nil : input.rest()
      } else if kind == 0xFD, let text = mark, !text.isEmpty {
        mark?[input.word() % text.count] = input.byte()
      } else if kind & 1 == 0 {
        Self.change(&database, kind >> 1, by: &input)
      } else if var changed = log {
        Self.change(&changed, kind >> 1, by: &input)
        log = changed
      }
    }
  }

  private static let page = 4096

  private static func change(_ bytes: inout [UInt8], _ kind: UInt8, by input: inout FuzzInput) {
    guard bytes.count >= page else { return }
    let pages = bytes.count / page
    let start = input.number(below: pages) * page
    let place = start + input.word() % page
    switch kind % 8 {
    case 0: bytes[place] ^= input.byte()
    case 1: bytes[place] = input.byte()
    case 2:
      for index in place..<min(place + Int(input.byte()), bytes.count) { bytes[index] = 0 }
    case 3:
      let other = input.number(below: pages) * page
      bytes.replaceSubrange(other..<other + page, with: bytes[start..<start + page])
    case 4: bytes.removeSubrange(place...)
    case 5: bytes.removeSubrange(start..<start + page)
    case 6: bytes.insert(contentsOf: bytes[start..<start + page], at: start)
    default:
      for index in place..<min(place + input.number(below: 9), bytes.count) { bytes[index] = input.byte() }
    }
  }
}

extension FloorProvenance {
  static let fuzz = FloorProvenance(.operator, source: nil, setter: "a fuzzer", milliseconds: 1)
}
