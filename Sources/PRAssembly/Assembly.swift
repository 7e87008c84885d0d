// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import PRNode
import PRServer
import PRStore
import PRWire
import ServiceLifecycle

/// Builds the services of a process: the only place that knows how the parts fit together.
public struct Assembly: Sendable {
  private let configuration: NodeConfiguration
  private let logger: Logger

  public init(_ configuration: NodeConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Serves until a signal says stop.
  ///
  /// - Parameter announce: called with the addresses once they answer.
  public func run(announce: @escaping @Sendable ([Endpoint]) throws -> Void) async throws {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGHUP, SIG_IGN)
    var options = configuration.server
    options.connections = OpenFiles.raiseLimit(for: options.connections, logger: logger)
    if let readyFile = configuration.readyFile { try ReadyFile(readyFile).check() }
    var storeOptions = configuration.store
    storeOptions.stretchesLog = true
    let (store, report) = try Store.open(storeOptions)
    log(report, of: store)
    let node = Node(store: store, policy: configuration.policy) {
      Int64(Date().timeIntervalSince1970 * 1000)
    }
    let readyFile = configuration.readyFile
    let server = Server(node: node, options: options, logger: logger) { endpoints in
      if let readyFile { try ReadyFile(readyFile).write(endpoints) }
      try announce(endpoints)
    }
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          ServiceGroupConfiguration.ServiceConfiguration(
            service: server, successTerminationBehavior: .gracefullyShutdownGroup)
        ],
        gracefulShutdownSignals: [.sigterm, .sigint, .sigquit],
        logger: logger))
    defer {
      store.close()
      if let readyFile { ReadyFile(readyFile).remove() }
    }
    try await group.run()
    logger.info("stopped")
  }

  private func log(_ report: OpeningReport, of store: Store) {
    let place: Logger.Metadata = [LogKey.database: "\(store.path)"]
    let ours: Logger.Metadata = [LogKey.store: "\(store.identity ?? "none")"]
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
        "took over the table \(table) of an older BitBake; numbering goes on after its values",
        metadata: [LogKey.rows: "\(rows)"])
    }
  }
}
