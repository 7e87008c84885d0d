// SPDX-License-Identifier: Apache-2.0
import PRStore

/// The file that the mark of a database stands in.
struct MarkFile {
  let path: String
  private let database: String
  private let environment: StoreEnvironment

  enum Content: Hashable {
    case nothing
    case mark(StoreMark)
    case unreadable
  }

  init(of database: String, in environment: StoreEnvironment) {
    self.database = database
    self.environment = environment
    path = StoreMark.path(of: database)
  }

  /// A mark has less than 1,000 bytes.
  private static let maximumLength = 4096

  func read() -> Content {
    do throws(FileError) {
      let bytes = try environment.files.prefix(Self.maximumLength, of: path)
      return String(validating: bytes, as: UTF8.self).flatMap { StoreMark($0) }.map(Content.mark) ?? .unreadable
    } catch {
      return error.isMissing ? .nothing : .unreadable
    }
  }

  func write(_ mark: StoreMark) throws(StoreError) {
    do throws(FileError) {
      try AtomicFile(path, in: environment).write(mark.text.utf8)
    } catch {
      throw StoreError(error, writing: path, of: database, "its mark \(path) could not be written")
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
