// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The file that the mark of a database stands in.
struct MarkFile {
  let path: String
  private let database: String

  enum Content: Hashable {
    case nothing
    case mark(StoreMark)
    case unreadable
  }

  init(of database: String) {
    self.database = database
    path = StoreMark.path(of: database)
  }

  /// A mark has less than 1,000 bytes.
  private static let longest = 4096

  func read() -> Content {
    guard let file = FileHandle(forReadingAtPath: path) else {
      return access(path, F_OK) == 0 ? .unreadable : .nothing
    }
    defer { try? file.close() }
    guard let data = try? file.read(upToCount: Self.longest), let text = String(data: data, encoding: .utf8) else {
      return .unreadable
    }
    return StoreMark(text).map(Content.mark) ?? .unreadable
  }

  func write(_ mark: StoreMark) throws(StoreError) {
    do throws(AtomicFile.Failure) {
      try AtomicFile(path).write(mark.text.utf8)
    } catch {
      if error.number == ENOSPC || error.number == EDQUOT { throw .diskFull(path: path) }
      throw .sqlite(path: database, detail: "its mark \(path) could not be written: \(error)")
    }
  }

  /// Compares a database with its mark.
  ///
  /// - Returns: the mark that fits, or what the database lacks; neither where there is no mark.
  func judge(_ connection: Connection, store: String) throws(StoreError) -> Verdict {
    switch read() {
    case .nothing: return Verdict()
    case .unreadable: return Verdict(loss: .unreadable)
    case .mark(let mark):
      guard mark.store == store else { return Verdict(loss: .otherStore(mark: mark.store, file: store)) }
      let feed = StoreMark.Feed(
        store: store, lastSerial: try FeedChain.lastSerial(connection),
        digest: try FeedChain.digest(at: mark.last.serial, from: mark.base, connection))
      let loss = mark.loss(of: feed)
      return Verdict(mark: loss == nil ? mark : nil, loss: loss)
    }
  }

  struct Verdict: Hashable {
    var mark: StoreMark?
    var loss: StoreLoss?
  }
}
