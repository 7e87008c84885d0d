// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import Synchronization
import TestStore

/// Questions to a store, and how many of them were answered or refused.
final class DatabaseAnswers: Sendable {
  private let answered = Mutex(0)

  var count: Int { answered.withLock { $0 } }
  static var questions: Int { reads.count + writes.count + 1 }

  private typealias Reading = @Sendable (any ReadContext) throws -> Void
  private typealias Writing = @Sendable (any WriteContext) throws -> Void

  private static let tuple = TupleKey.checksum("c1")

  private static let reads: [Reading] = [
    { _ = try $0.facts(for: tuple, .kept, upstream: nil) }, { _ = try $0.values(of: tuple) },
    { _ = try $0.greatest(of: .busybox) }, { _ = try $0.has(revision("1"), tuple) },
    { _ = try $0.holder(of: revision("0"), besides: tuple) }, { _ = try $0.copiedValues(of: tuple) },
    { _ = try $0.copiedRival(for: revision("4"), of: tuple) }, { _ = try $0.greatestAbove(.busybox) },
    { _ = try $0.copiedRows() }, { _ = try $0.newestSerial() }, { _ = try $0.floor(of: .busybox) },
    { _ = try $0.floors(after: 0, limit: 9) }, { _ = try $0.floorStory(of: .busybox) }, { _ = try $0.floorCount() },
    { _ = try $0.architectures() }, { _ = try $0.hasRows }, { _ = try $0.emptyRows },
    { _ = try $0.page(of: RowFilter(), from: .start, includesCopy: true) },
    { _ = try $0.page(of: RowFilter(history: .kept), from: .start) },
    { _ = try $0.story(of: .busybox, checksum: nil) }, { _ = try $0.lastEntries(9) },
    { _ = try $0.find(["busy", "c"], limit: 9) }, { _ = try $0.position(.position) }, { _ = try $0.removals() },
  ]

  private static let writes: [Writing] = [
    { _ = try $0.count(tuple) }, { _ = try $0.facts(for: .checksum("new"), .none) },
    { _ = try $0.raise(Floor(package: .busybox, value: revision("9")), .fuzz) },
    { _ = try $0.copy([Row.busybox("c7", "4.4")], source: "hq", milliseconds: 1) },
    { _ = try $0.learn(bound: revision("5"), of: .busybox) },
    { _ = try $0.record(.checksum("c8"), revision("88"), .test) }, { _ = try $0.keepUpStep() },
  ]

  private func done<Value>(_ answer: Result<Value, StoreError>) { answered.withLock { $0 += 1 } }

  private static func typed(_ body: () throws -> Void) throws(StoreError) {
    do {
      try body()
    } catch {
      throw error as? StoreError ?? .closed
    }
  }

  func ask(_ store: Store) {
    for read in Self.reads {
      store.read { reader throws(StoreError) in
        try Self.typed { try read(reader) }
      } done: {
        self.done($0)
      }
    }
    store.changes(after: nil, floors: .start, limit: 64) { self.done($0) }
    for write in Self.writes {
      store.write { context throws(StoreError) in
        try Self.typed { try write(context) }
      } done: {
        self.done($0)
      }
    }
  }

  /// What an event loop answers as it stands.
  ///
  /// - Returns: false for a text that is no revision.
  static func answersRevisions(_ store: Store) -> Bool {
    guard let reader = try? store.eventLoopReader() else { return true }
    var found = true
    for number in 0..<24 {
      let names = ["busybox-\(number % 5)-r0", "core2-64", "c1-\(number)"].map { Array($0.utf8) }
      try? reader.beginSnapshot()
      _ = try? names[0].withUnsafeBytes { version in
        try names[1].withUnsafeBytes { pkgarch in
          try names[2].withUnsafeBytes { checksum in
            try reader.readCurrentValue(version: version, pkgarch: pkgarch, checksum: checksum) { text in
              if Revision(String(decoding: text, as: UTF8.self)) == nil { found = false }
            }
          }
        }
      }
    }
    try? reader.endSnapshot()
    return found
  }
}
