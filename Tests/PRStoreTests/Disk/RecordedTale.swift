// SPDX-License-Identifier: Apache-2.0
import PRRevision
import StoreCheck
import TestDisk
import TestSeed
import TestStore
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// What a store did to its disk, step by step, with what was answered by then.
final class RecordedTale {
  private let story = DiskStory(Seed(1))
  private(set) var start = DiskContent()
  /// The answers by the number of steps behind which they came.
  private(set) var books: [(steps: Int, book: AnswerBook)] = []
  private var process: StoreProcess?

  var path: String { story.path }

  init() {
    story.options.logPages = 32
    start = story.disk.content
  }

  /// All that was done before is on the disk, and what is done from now on is recorded.
  func record() {
    var content = story.disk.content
    content.syncAll()
    start = content
    story.disk.load(content)
    story.disk.record()
    books = [(0, story.record.book)]
  }

  var steps: [DiskOperation] { story.disk.recording }

  private func keep() { books.append((steps.count, story.record.book)) }

  private func opened() -> StoreProcess {
    if let process { return process }
    guard let opened = try? StoreProcess(story.options, on: story.disk, Seed(1)) else {
      preconditionFailure("a store does not open")
    }
    process = opened
    story.record.change { $0.identity = opened.store.identity }
    keep()
    return opened
  }

  func ask(_ count: Int) {
    for _ in 0..<count {
      story.ask(opened(), count: 1)
      keep()
    }
  }

  func raise() {
    story.raise(opened())
    keep()
  }

  func copy() {
    for _ in 0..<4 {
      story.copyPage(opened())
      keep()
    }
  }

  func copyAnew() {
    story.copyAnew(opened())
    keep()
  }

  /// Marks are written, and pages go to the database.
  func wait() { opened().time.pass(.seconds(4)) }

  func close() {
    opened().time.run()
    opened().store.close()
    process = nil
  }

  /// Opens what is left of the disk.
  ///
  /// - Parameter book: what must be there.
  /// - Returns: what is wrong.
  func faults(_ left: DiskContent, _ book: AnswerBook) -> [String] {
    #expect(story.record.faults == [])
    let disk = story.disk
    let recorded = disk.content
    defer { disk.load(recorded) }
    disk.load(left)
    do throws(StoreError) {
      let process = try StoreProcess(story.options, on: disk, Seed(2))
      if let loss = process.report.loss { return ["\(loss)"] }
      let audit = try Audit(path: path, in: process.environment).run()
      if !audit.isSound { return audit.damage + audit.findings.map { "\($0)" } }
      return DatabaseCheck.faults(
        of: path, mark: disk.bytes(of: path + ".mark"), book.orLater(story.record.book))
    } catch {
      return ["it does not open: \(error)"]
    }
  }
}
