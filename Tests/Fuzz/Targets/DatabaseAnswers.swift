// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import Synchronization
import TestStore

/// A few questions to a store, and how many of them were answered or refused.
final class DatabaseAnswers: Sendable {
  private let answered = Mutex(0)
  static let questions = 6

  var count: Int { answered.withLock { $0 } }

  private func done<Value>(_ answer: Result<Value, StoreError>) { answered.withLock { $0 += 1 } }

  func ask(_ store: Store) {
    let tuple = TupleKey.checksum("c1")
    store.read { reader throws(StoreError) in
      try reader.value(of: tuple, .none)
    } done: {
      self.done($0)
    }
    store.read { reader throws(StoreError) in
      try reader.greatest(of: .busybox)
    } done: {
      self.done($0)
    }
    store.read(in: .long) { reader throws(StoreError) in
      try reader.page(of: RowFilter(), from: .start, size: 64).rows
    } done: {
      self.done($0)
    }
    store.changes(after: nil, floors: .start, limit: 64) { self.done($0) }
    store.write { context throws(StoreError) in
      try context.count(tuple)
    } done: {
      self.done($0)
    }
    store.write { context throws(StoreError) in
      try context.raise(Floor(package: .busybox, value: revision("9")), .fuzz)
    } done: {
      self.done($0)
    }
  }
}
