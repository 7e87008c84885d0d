// SPDX-License-Identifier: Apache-2.0
import PRRevision
import StoreCheck
import Synchronization
import TestDisk

@testable import PRStore
@testable import PRStoreSQLite

/// The copy of the upstream, page by page and anew.
extension DiskStory {
  /// The upstream has numbered some more. Its values are never given twice, by no store that takes its place.
  private func growUpstream() {
    for _ in 0..<number(below: 6) {
      record.change { book in
        let row = StoredRow(
          StoredTuple(StoredPackage(["busybox", "zlib"][number(below: 2)], "all"), "c\(number(below: 12))"),
          String(book.upstream.reduce(0) { $0 + $1.count }))
        book.addUpstream(row)
      }
    }
  }

  private static func position(_ book: AnswerBook, _ serial: Int) -> FeedPosition {
    let rows = book.upstream[book.generation].prefix(serial)
    var digest = RunningDigest()
    for row in rows { digest.add(row) }
    return FeedPosition(
      store: AnswerBook.store(ofGeneration: book.generation), serial: Int64(clamping: serial),
      digest: FeedDigest(digest.hexadecimal) ?? .start)
  }

  /// - Parameter start: how many rows the copy has.
  private func page(_ book: AnswerBook, after start: Int) -> FeedPage {
    let rows = book.upstream[book.generation].dropFirst(start).prefix(1 + number(below: 20))
    return FeedPage(
      position: Self.position(book, start + rows.count),
      rows: rows.map { Row(tuple: $0.tuple.key, value: $0.value) },
      hasMore: start + rows.count < book.upstream[book.generation].count)
  }

  /// A page, from where the copy is. A copy that is not the upstream's is made anew.
  func copyPage(_ process: StoreProcess) {
    record.count { $0.requests += 1 }
    growUpstream()
    let book = record.book
    guard let start = place(of: .position, process) else { return }
    guard start == nil || start?.store == AnswerBook.store(ofGeneration: book.generation) else {
      return copyAnew(process)
    }
    let page = page(book, after: Int(clamping: start?.serial ?? 0))
    let record = record
    process.run { store in
      do throws(StoreError) {
        let outcome = try await store.copy(page, from: start, source: "above", milliseconds: 1)
        record.answer("copied to \(page.position.serial): \(outcome)") { book in
          guard case .applied = outcome else { return "a page of the right place was refused" }
          book.copy(book.generation, Int(clamping: page.position.serial))
          return nil
        }
      } catch {
        record.refuse(error, "a page")
      }
    }
  }

  /// - Returns: nil where it cannot be read.
  private func place(of note: StoreMetadata, _ process: StoreProcess) -> FeedPosition?? {
    let record = record
    let found = Mutex<FeedPosition??>(nil)
    process.store.read { reader throws(StoreError) in
      try reader.position(note)
    } done: { outcome in
      switch outcome {
      case .success(let position): found.withLock { $0 = .some(position) }
      case .failure(let error): record.refuse(error, "a read of the position")
      }
    }
    process.time.run()
    return found.withLock { $0 }
  }

  /// A fresh copy, sometimes of another store that has taken the upstream's place, and its exchange for the old one.
  func copyAnew(_ process: StoreProcess) {
    record.count { $0.requests += 1 }
    growUpstream()
    if chance(1, of: 2) {
      let count = record.book.upstream[record.book.generation].count
      let kept = number(below: count + 1)
      record.change { $0.replaceUpstream(keeping: kept) }
      growUpstream()
    }
    let book = record.book
    let rows = book.upstream[book.generation].map { Row(tuple: $0.tuple.key, value: $0.value) }
    let end = Self.position(book, rows.count)
    let (record, isGivenUp) = (record, chance(1, of: 5))
    process.run { store in
      do throws(StoreError) {
        try await store.beginFreshCopy()
        let half = Self.position(book, rows.count / 2)
        let pages = [
          FeedPage(position: half, rows: Array(rows.prefix(rows.count / 2)), hasMore: true),
          FeedPage(position: end, rows: Array(rows.dropFirst(rows.count / 2)), hasMore: false),
        ]
        _ = try await store.copyFresh(pages[0], from: nil)
        if isGivenUp { return }
        _ = try await store.copyFresh(pages[1], from: half)
        let vanished = try await store.swapCopies(.atPosition, sparingAfter: .max, milliseconds: 1)
        record.answer("copied anew to \(end.serial), \(vanished ?? -1) gone") { book in
          guard vanished != nil else { return "a fresh copy was not exchanged" }
          book.copy(book.generation, rows.count)
          return nil
        }
      } catch {
        record.refuse(error, "a fresh copy")
      }
    }
  }
}
