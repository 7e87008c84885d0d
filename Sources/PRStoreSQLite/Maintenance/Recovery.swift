// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Repairs a database whose tail was lost, or whose heads do not fit its rows.
package final class Recovery: Sendable {
  package let store: Store
  private let path: String
  private let identity: String
  /// The stores whose rows are sought: the database's own, and before it that of the mark where the database was made anew.
  package let sought: [String]
  private let environment: StoreEnvironment
  /// What the database lacks, by its mark, before anything was put back.
  package let loss: StoreLoss?

  /// Opens a database to be repaired. Servers may be serving it.
  package init(of path: String, in environment: StoreEnvironment = .system) throws(StoreError) {
    self.environment = environment
    var options = StoreOptions(path: path)
    options.keepsMark = false
    options.checksHeads = false
    options.allowsNetworkDisk = true
    guard try DatabaseFile(path, on: environment.files).exists() else { throw .missing(path: path) }
    store = try Store.open(options, in: environment).store
    self.path = store.path
    guard let identity = store.identity else { throw .damaged(path: path, detail: "it has no store identity") }
    self.identity = identity
    let mark = MarkFile(of: store.path, in: environment)
    loss = try mark.judge(try Self.connection(store.path, environment), store: identity).loss
    if case .otherStore(let marked, _)? = loss { sought = [marked, identity] } else { sought = [identity] }
  }

  private static func connection(
    _ path: String, _ environment: StoreEnvironment
  ) throws(StoreError) -> Connection {
    try Connection(path: path, on: environment.files, access: .readWrite, busy: .seconds(20), cache: 2 << 10)
  }

  /// Computes every head anew from the rows.
  package func rebuildHeads() async throws(StoreError) {
    try await store.writeSQLite { context throws(StoreError) in try context.rebuildHeads() }
  }

  /// Writes a mark for the database as it is now, if the loss is acknowledged or as many rows are back as were lost.
  ///
  /// - Returns: what is still lacking.
  package func finish(acknowledges: Bool) throws(StoreError) -> StoreLoss? {
    defer { store.close() }
    let connection = try Self.connection(path, environment)
    let last = try FeedChain.lastSerial(connection)
    if !acknowledges {
      guard case .behind(let mark, _)? = loss else { return loss }
      guard last >= mark else { return .behind(mark: mark, file: last) }
    }
    var chain = FeedChain(endingAt: last)
    try chain.follow(connection)
    try MarkFile(of: path, in: environment).write(chain.mark(of: identity))
    return nil
  }
}

extension SQLiteWriteContext {
  /// Clears the heads and the number index, so that both are made anew from the rows when a package is asked for. Those of
  /// copied rows are made anew at once.
  func rebuildHeads() throws(StoreError) {
    try checkMayWrite()
    let (own, copied) = (RowTables.own, RowTables.copy)
    try snapshot.connection.execute(
      """
      DELETE FROM \(own.numbers);
      DELETE FROM \(own.contents);
      DELETE FROM \(own.heads);
      INSERT INTO \(own.heads) (version, pkgarch)
        SELECT DISTINCT version, pkgarch FROM PRMAIN WHERE value IS NOT NULL;
      INSERT OR IGNORE INTO \(copied.heads) (version, pkgarch) SELECT DISTINCT version, pkgarch FROM \(copied.rows);
      UPDATE \(copied.heads) SET greatest = NULL, rows = NULL;
      """)
    begin()
    for package in try snapshot.connection.packages(of: [copied.heads]) { try copy.rebuild(package) }
    try snapshot.connection.execute("DELETE FROM \(copied.heads) WHERE greatest IS NULL")
  }
}
