// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore
import PRStoreSQLite
import TestSeed
import TestStore

extension FuzzTarget {
  /// A database with its log, whose bytes may be any. It is opened, audited, read and written: each is answered or refused,
  /// and what is answered is a revision.
  static let database = FuzzTarget("database", length: 4096, milliseconds: 2000, memory: 64) { bytes in
    var input = FuzzInput(bytes)
    let form = input.byte()
    var files = try DatabaseFiles.shared.get()
    if form & 1 == 0 {
      files.change(by: &input)
    } else {
      files.replace(with: input.rest(), isLog: form & 2 != 0)
    }
    let folder = try TemporaryFolder()
    let path = try files.write(to: folder)
    if form & 4 == 0 { try audit(path) }
    try serve(path, readOnly: form & 8 != 0)
  }

  private static func audit(_ path: String) throws {
    do throws(StoreError) {
      _ = try Audit(path: path, in: VirtualTime(Seed(1)).environment).run()
    } catch {
      try require(!"\(error)".isEmpty, "an error without a text")
    }
  }

  private static func serve(_ path: String, readOnly: Bool) throws {
    let time = VirtualTime(Seed(1))
    let options = StoreOptions(path: path, durability: .off, readOnly: readOnly, guardsValues: true, lockTimeout: .zero)
    let store: Store
    do throws(StoreError) {
      store = try Store.open(options, in: time.environment).store
    } catch {
      return try require(!"\(error)".isEmpty, "an error without a text")
    }
    let answers = DatabaseAnswers()
    answers.ask(store)
    time.pass(.seconds(2))
    let isSound = DatabaseAnswers.answersRevisions(store)
    store.close()
    time.run()
    try require(isSound, "a client would get what is no revision")
    try require(answers.count == DatabaseAnswers.questions, "\(answers.count) questions were answered")
  }
}
