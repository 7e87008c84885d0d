// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Why the store could not do what it was asked, and what a person can do about it.
package enum StoreError: Error, Hashable, Sendable {
  /// Another process kept the database locked for longer than a request can wait.
  case locked(path: String, seconds: Int)
  /// No server of the database took the request in time.
  case unreachable(path: String, detail: String)
  /// The commit was not confirmed in time: what was decided may be on record, and was not answered.
  case unconfirmed(path: String, detail: String)
  /// The database was moved to another place.
  case movedAway(path: String)
  case diskFull(path: String)
  /// The node was opened to store nothing.
  case readOnly(path: String)
  case missing(path: String)
  case missingFolder(path: String)
  case permission(path: String)
  case notADatabase(path: String)
  /// A folder has the name of the database.
  case folder(path: String)
  case damaged(path: String, detail: String)
  /// The file was written by a newer version of this program.
  case newer(path: String, found: Int, known: Int)
  /// Rows of BitBake 2.8 or older wait to be taken over, which a read-only process cannot do.
  case notTakenOver(path: String, table: String)
  /// The medium cannot be written, and the file's latest rows still stand in its write-ahead log.
  case unfinishedLog(path: String)
  /// The file was removed or replaced while it was open: what is written goes nowhere.
  case vanished(path: String)
  /// The log or its index was removed, replaced or cut short while the file was open.
  case brokenLog(path: String)
  /// The file lacks rows that were answered: nothing is numbered until they are back or the loss is acknowledged.
  case lost(path: String, StoreLoss)
  /// What is derived from the rows does not fit them.
  case misfit(path: String, detail: String)
  /// The rows of the federation's register are not what this version writes.
  case badRegister(path: String, detail: String)
  /// The file holds the tables of another program.
  case foreign(path: String, tables: [String])
  /// The file is on a file system that several machines may have mounted.
  case network(path: String, fileSystem: String)
  /// A guard of the schema refused a row.
  case refusedBySchema(detail: String)
  /// The value belongs to another checksum of the package.
  indirect case taken(PackageKey, value: String, holder: String)
  /// The value is no revision.
  case notARevision
  /// The rows of a package must be indexed before the decision: ``Store`` does that, and decides again.
  indirect case unsettled(UnsettledPackage)
  /// The decision was abandoned by its caller; nothing was stored.
  case abandoned
  /// What is to be frozen, or was frozen, does not fit.
  case unfit(path: String, detail: String)
  /// The process is ending.
  case closed
  /// A look took longer than it may.
  case interrupted
  /// Anything else that the engine reports, in its words.
  case engine(path: String, detail: String)
}

extension StoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .locked(let path, let seconds):
      "the database \(path) \(seconds > 0 ? "has been locked by another process for \(seconds) s" : "is locked by another process"); "
        + "find it with 'fuser \(path)', or try again"
    case .unreachable(let path, let detail):
      "no server of the database \(path) takes requests (\(detail)); look at the servers, and ask again"
    case .unconfirmed(let path, let detail):
      "the commit was not confirmed by the database \(path) (\(detail)); nothing was answered; bring the synchronous standby "
        + "back, and ask again"
    case .movedAway(let path):
      "the rows of the database \(path) were moved to another database; serve that one"
    case .diskFull(let path):
      "the disk that holds \(path) is full: no new revision can be stored; free some space and try again"
    case .readOnly(let path): "the database \(path) is open read-only"
    case .missing(let path): "there is no database at \(path), and this command does not create one; check the path"
    case .missingFolder(let path): "the folder of \(path) does not exist; create it first"
    case .permission(let path): "no permission to open \(path); check its owner and mode, and those of its folder"
    case .folder(let path): "\(path) is a folder; name a file in it, such as \(path)/prserv.sqlite3"
    case .notADatabase(let path): "\(path) is not an SQLite database; name another file, or move it away"
    case .damaged(let path, let detail):
      "the database \(path) is damaged (\(detail)); restore a backup, or recover what is left with 'sqlite3 \(path) .recover'"
    case .newer(let path, let found, let known):
      "the database \(path) was written by a newer version (its schema is \(found), this version reads \(known)); "
        + "use that version, or restore a backup from before"
    case .notTakenOver(let path, let table):
      "the database \(path) has rows of BitBake 2.8 or older in \(table), and without them numbers would start again at 0; "
        + "serve it once without read-only, which takes them over, or freeze the database of a server that has"
    case .unfinishedLog(let path):
      "the database \(path) is on a read-only medium with rows left in \(path)-wal; "
        + "open it once where it can be written, or make the copy with 'headwater backup'"
    case .vanished(let path):
      "the database \(path) was removed or replaced while the server had it open, and nothing more is stored; "
        + "stop the server, put the right file in its place, and start it again"
    case .brokenLog(let path):
      "the log \(path)-wal of the database, or its index \(path)-shm, was removed, replaced or cut short while the server "
        + "had it open, and nothing more is stored; restart the server"
    case .lost(let path, let loss):
      "the database \(path) lacks revisions that were answered: \(loss). Nothing new is numbered, since a number could be "
        + "given twice; bring the rows back with 'headwater recover --database \(path) --from FOLLOWER', or accept the "
        + "loss with 'headwater recover --database \(path) --acknowledge-loss'"
    case .misfit(let path, let detail):
      "the database \(path) contradicts itself: \(detail). It is damaged, or was changed by hand; look with 'headwater "
        + "audit \(path)'. Restore a backup, or, if the rows are right, compute the rest anew with 'headwater recover "
        + "--database \(path) --heads'"
    case .badRegister(let path, let detail):
      "the register of the federation in the database \(path) cannot be read (\(detail)); numbering goes on. Run the version "
        + "that wrote it, or restore a backup and run 'headwater federation after-restore'"
    case .foreign(let path, let tables):
      "the database \(path) belongs to another program: it holds \(tables.joined(separator: ", ")) and no table of a PR "
        + "server; name another file or database"
    case .network(let path, let fileSystem):
      "the database \(path) is on a network file system (\(fileSystem)), where locks and syncs cannot be relied on; put it "
        + "on a local disk, or accept the risk with --allow-network-disk"
    case .refusedBySchema(let detail): "the database refused the row: \(detail)"
    case .taken(let package, let value, let holder):
      "the value \(value) of \(package) belongs to the checksum \(holder); import one that no other checksum has, "
        + "such as one above the greatest"
    case .notARevision:
      "the value is not a revision: it must be numbers of ASCII digits joined by dots, each at most 18446744073709551615, "
        + "\(Revision.maximumTextLength) bytes in all"
    case .unsettled(let package): "the rows of \(package.key) are not indexed yet; ask again"
    case .abandoned: "nothing was stored"
    case .unfit(let path, let detail): "\(path): \(detail)"
    case .closed: "the server is stopping; ask again"
    case .interrupted: "reading the database took too long"
    case .engine(let path, let detail): "the database \(path) could not be used: \(detail)"
    }
  }
}

extension StoreError {
  /// What to do about it where the file was frozen: there is another like it.
  var ofFrozenFile: StoreError {
    switch self {
    case .damaged(let path, let detail):
      .unfit(
        path: path,
        detail: "it is damaged (\(detail)); take it and its manifest from where they were frozen, and restart")
    default: self
    }
  }
}
