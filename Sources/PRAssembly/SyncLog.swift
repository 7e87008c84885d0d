// SPDX-License-Identifier: Apache-2.0
import Logging
import PRServer
import PRSync

/// Tells the log what happens to the copy.
struct SyncLog: Sendable {
  private let logger: Logger

  init(_ logger: Logger) { self.logger = logger }

  func hear(_ event: SyncEvent) {
    switch event {
    case .failed(let server, let reason):
      logger.warning(
        "the upstream could not be copied; it is tried again",
        metadata: [LogKey.upstream: "\(server.map { "\($0)" } ?? "none reached yet")", LogKey.reason: "\(reason)"])
    case .recovered(let server):
      logger.notice("the upstream is being copied again", metadata: [LogKey.upstream: "\(server)"])
    case .complete(let server, let rows):
      logger.info(
        "the copy holds all that the upstream has",
        metadata: [LogKey.upstream: "\(server)", LogKey.rows: "\(rows)"])
    case .reset(let server, let reason):
      logger.error(
        "the upstream has other rows than were copied; a fresh copy is made, and this node's own rows stay",
        metadata: [LogKey.upstream: "\(server)", LogKey.reason: "\(reason)"])
    case .swapped(let server, let vanished):
      logger.notice(
        "the fresh copy has taken the old one's place",
        metadata: [LogKey.upstream: "\(server)", LogKey.vanishedRows: "\(vanished)"])
    }
  }
}
