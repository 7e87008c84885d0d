// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRClient
import PRRevision
import PRStore
import PRStoreSQLite
import PRWire

/// All rows and floors of a server in a temporary database, which can be asked for one value after the other.
struct ServerCopy {
  private let store: Store
  private let server: ServerConnection
  private var progress: ProgressBar
  private var rows = 0

  /// How many rows, or floors, are asked for at once.
  private static let page = 4096

  /// Copies what a server has.
  ///
  /// - Parameter folder: where the database is made.
  static func make(of server: ServerConnection, in folder: URL) async throws -> Store {
    var options = StoreOptions(path: folder.appendingPathComponent("server.sqlite3").path, durability: .off)
    (options.keepsMark, options.allowsNetworkDisk) = (false, true)
    let store = try Store.open(options).store
    var copy = ServerCopy(store: store, server: server, progress: ProgressBar("reading \(server.server)"))
    if server.description.features.contains(.changes) {
      try await copy.takeFeed()
    } else {
      try await copy.takeExport()
    }
    copy.progress.finish()
    if let level = server.description.level {
      try await store.write { context throws(StoreError) in try context.keep(.level, "\(level)") }
    }
    return store
  }

  /// Rows and floors, page by page.
  private mutating func takeFeed() async throws {
    try await server.readFeed(
      limit: Self.page,
      unreadable: "the rows of \(server.server) became others while they were read; run the command again"
    ) { rows, floors in try await take(rows, floors) }
  }

  /// Rows of a server that has no feed, BitBake's for one.
  private mutating func takeExport() async throws {
    let stream = server.rows(ExportQuery(RowFilter(history: .kept)))
    while let rows = try await stream.next() { try await take(rows, []) }
  }

  private mutating func take(_ rows: [Row], _ floors: [Floor]) async throws {
    let source = "\(server.server)"
    try await store.write { context throws(StoreError) in
      _ = try context.copy(rows[...], source: source, milliseconds: 0)
      let provenance = FloorProvenance(.upstream, source: source, setter: nil, milliseconds: 0)
      for floor in floors { try context.raise(floor, provenance) }
    }
    self.rows += rows.count
    progress.update(count: self.rows)
  }
}
