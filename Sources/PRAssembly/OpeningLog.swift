// SPDX-License-Identifier: Apache-2.0
import Logging
import PRServer
import PRStore
import PRStoreSQLite

/// Tells the log what an opening found, and what it did to the file.
struct OpeningLog {
  private let logger: Logger
  private let configuration: NodeConfiguration

  init(_ logger: Logger, _ configuration: NodeConfiguration) {
    self.logger = logger
    self.configuration = configuration
  }

  func log(serverDatabase store: Store) {
    var facts: Logger.Metadata = [
      LogKey.database: "\(store.path)", LogKey.store: "\(store.identity ?? "none")",
    ]
    if let name = configuration.options.name { facts[LogKey.node] = "\(name)" }
    logger.info("opened the database", metadata: facts)
    log(store.troubles, of: store)
  }

  private func log(_ troubles: [StoreTrouble], of store: Store) {
    for trouble in troubles {
      logger.error("\(trouble.text)", metadata: [LogKey.database: "\(store.path)", LogKey.reason: "\(trouble.advice)"])
    }
  }

  func log(_ report: OpeningReport, of store: Store) {
    if let manifest = configuration.manifest {
      logger.notice(
        "the frozen database fits its manifest",
        metadata: [
          LogKey.database: "\(store.path)", LogKey.rows: "\(manifest.rows)", LogKey.store: "\(manifest.store)",
        ])
    }
    let place: Logger.Metadata = [LogKey.database: "\(store.path)"]
    var ours: Logger.Metadata = [LogKey.store: "\(store.identity ?? "none")", LogKey.sqlite: "\(Store.sqliteVersion)"]
    if let name = configuration.options.name { ours[LogKey.node] = "\(name)" }
    if report.created {
      logger.notice("created the database", metadata: place.merging(ours) { $1 })
    } else {
      logger.info("opened the database", metadata: place.merging(ours) { $1 })
    }
    if report.isImmutable {
      logger.notice("the database cannot be written or locked; it is read as it stands", metadata: place)
    }
    if report.adoptedRows > 0 {
      logger.notice(
        "took up the rows of BitBake's own server", metadata: [LogKey.rows: "\(report.adoptedRows)"])
    }
    for (table, rows) in report.takenOver.sorted(by: { $0.key < $1.key }) {
      logger.notice(
        "took over the table \(table) of an older BitBake; numbering continues after its values",
        metadata: [LogKey.rows: "\(rows)"])
    }
    log(store.troubles, of: store)
    if let name = report.networkDisk {
      logger.warning(
        "the database is on a network file system, where locks and syncs cannot be relied on; put it on a local disk",
        metadata: [LogKey.database: "\(store.path)", LogKey.reason: "\(name)"])
    }
    for row in report.refusedOldRows.prefix(Self.maximumRefused) {
      logger.warning(
        "a row of an older BitBake was not taken over: its value belongs to another checksum; the tuple gets a new number",
        metadata: [LogKey.reason: "\(row.value) of \(row.tuple) belongs to \(row.holder)"])
    }
    if !report.refusedOldRows.isEmpty {
      logger.warning(
        "rows of an older BitBake were not taken over; 'headwater audit' lists them as duplicates",
        metadata: [LogKey.rows: "\(report.refusedOldRows.count)"])
    }
  }

  private static let maximumRefused = 20
}
