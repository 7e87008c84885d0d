// SPDX-License-Identifier: Apache-2.0
import Logging
import PRNode
import PRServer
import PRSync
import PRWire
import Synchronization

/// Tells the log, and the alarms, what happens to the copy.
package final class SyncLog: Sendable {
  private let logger: Logger
  private let alarms: AlarmBoard
  /// The last failure was one of the connection, whose end is logged elsewhere too.
  private let isQuiet = Atomic(false)

  package init(_ logger: Logger, _ alarms: AlarmBoard) {
    self.logger = logger
    self.alarms = alarms
  }

  package func hear(_ event: SyncEvent) {
    change(alarms, by: event)
    switch event {
    case .failed(let server, let reason, let isConnection):
      isQuiet.store(isConnection, ordering: .relaxed)
      // The live questions log that the upstream is away, with the same reason.
      logger.log(
        level: isConnection ? .debug : .warning, "the upstream could not be copied; it is tried again",
        metadata: [LogKey.upstream: "\(server.map { "\($0)" } ?? "none reached yet")", LogKey.reason: "\(reason)"])
    case .lasting: break
    case .recovered(let server):
      logger.log(
        level: isQuiet.load(ordering: .relaxed) ? .debug : .notice, "the upstream is being copied again",
        metadata: [LogKey.upstream: "\(server)"])
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
    case .passedOver(let server, let rows):
      logger.warning(
        "rows of the upstream were not copied, since their names or values are longer than a node takes",
        metadata: [LogKey.upstream: "\(server)", LogKey.rows: "\(rows)"])
    case .originsPutOff(let server, let reason):
      logger.warning(
        "the upstream was not asked where rows come from, since its answer cannot be used; it is asked again in an hour",
        metadata: [LogKey.upstream: "\(server)", LogKey.reason: "\(reason)"])
    }
  }

  private static let failing = "copy-failing"
  private static let reset = "copy-reset"
  private static let vanished = "rows-vanished"

  private func change(_ alarms: AlarmBoard, by event: SyncEvent) {
    switch event {
    case .failed: break
    case .lasting(let server, let reason, let isConnection):
      // The reason why it cannot be reached is that of the alarm for the upstream.
      alarms.raise(
        Self.failing,
        "the upstream\(server.map { " \($0)" } ?? "") cannot be copied"
          + (isConnection ? " for an hour: it cannot be reached" : ": \(reason)"),
        advice: "docs/operations.md lists the reasons; the copy grows old until then", isLogged: false)
    case .recovered: alarms.end(Self.failing, isLogged: false)
    case .complete, .passedOver, .originsPutOff: break
    case .reset(let server, let reason):
      alarms.raise(
        Self.reset, "\(server): \(reason); a fresh copy is being made",
        advice: "find out who restored or replaced the upstream's database, and when", isLogged: false)
    case .swapped(let server, let rows):
      alarms.end(Self.reset, isLogged: false)
      guard rows > 0 else { return }
      alarms.raise(
        Self.vanished, "\(server) had \(rows) rows that it has no more, and may give their numbers to other contents",
        advice:
          "'headwater explain' shows those of a package; bring them back with 'headwater import' at the upstream",
        ending: .acknowledgement, isLogged: false)
    }
  }
}
