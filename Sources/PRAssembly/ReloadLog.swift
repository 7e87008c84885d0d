// SPDX-License-Identifier: Apache-2.0
import Logging
import PRServer

/// What the log says of reloads.
struct ReloadLog {
  private let generation: Generation

  /// - Parameter generation: whose log it is.
  init(_ generation: Generation) { self.generation = generation }

  func log(_ note: ReloadCoordinator.Machine.Note) {
    let logger = generation.logger
    switch note {
    case .inForce:
      let addresses = generation.addresses.map { "\($0)" }.joined(separator: ", ")
      logger.notice("SIGHUP: the new options are in force", metadata: [LogKey.listeners: "\(addresses)"])
    case .refused(let cause):
      logger.error(
        "SIGHUP: the new options are refused, and the old ones stay in use",
        metadata: [LogKey.reason: "\(cause.error)"])
    case .certificatesRead: logger.notice("SIGHUP: the certificates were read again")
    case .certificatesKept(let cause):
      logger.error("SIGHUP: the old certificates stay in use", metadata: [LogKey.reason: "\(cause.error)"])
    case .nothingChanged: logger.info("SIGHUP: nothing has changed")
    case .drained: logger.info("the last connection under other options has ended")
    case .failed(let cause): logger.error("\(cause.error)")
    case .stopped: logger.info("stopped")
    }
  }
}
