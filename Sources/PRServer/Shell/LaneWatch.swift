// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import PRNode
import PRRevision
import PRWire
import Synchronization

/// Watches the lanes of the nodes below, for the sessions of all event loops.
final class LaneWatch: Sendable {
  private let register = Mutex(LaneRegister())
  private let alarms: AlarmBoard
  private let logger: Logger
  /// A client that makes up stores writes so many lines of each kind a minute.
  private let complaints = Mutex(LogRateLimiter(period: .seconds(60), burst: 8))
  private let clock: @Sendable () -> NIODeadline

  /// - Parameter clock: one that only goes on.
  init(_ alarms: AlarmBoard, _ logger: Logger, clock: @escaping @Sendable () -> NIODeadline) {
    self.clock = clock
    self.alarms = alarms
    self.logger = logger
  }

  /// The name of the alarm while lanes overlap.
  static let cause = "lanes-overlap"

  /// In milliseconds.
  private var now: Int64 { Int64(clamping: clock().uptimeNanoseconds / 1_000_000) }

  func arrive(_ store: String, _ lane: Lane, _ peer: String) {
    let (change, before, after) = register.withLock { register in
      let before = register.overlapping.map(\.store)
      return (register.arrive(store, lane, peer, at: now), before, register.overlapping)
    }
    if change != .nothing {
      say("a node below is connected", of: peer, [LogKey.store: "\(store)", LogKey.lane: "\(lane)"])
    }
    sound(before, after)
  }

  func leave(_ store: String) {
    let peer = register.withLock { $0.leave(store, at: now) == .went ? $0.peer(of: store) : nil }
    if let peer { say("a node below is gone", of: peer, [LogKey.store: "\(store)"]) }
  }

  private func say(_ message: String, of peer: String, _ metadata: Logger.Metadata) {
    let now = ContinuousClock.now
    guard let leftOut = complaints.withLock({ $0.admit("\(message): \(peer)", now: now) }) else { return }
    var metadata = metadata
    metadata[LogKey.peer] = "\(peer)"
    if leftOut > 0 { metadata[LogKey.leftOut] = "\(leftOut)" }
    logger.info("\(message)", metadata: metadata)
  }

  /// A member of the federation with this store has left in order.
  func release(_ store: String) {
    let left = register.withLock { $0.release(store) ? $0.overlapping : nil }
    if let left { sound(left.map(\.store), left) }
  }

  /// The store whose lane overlaps with a node's.
  func rival(of store: String) -> LaneRival? {
    let (rival, left) = register.withLock { register in
      let hasForgotten = register.forget(at: now)
      return (register.rival(of: store), hasForgotten ? register.overlapping : nil)
    }
    if let left { sound(left.map(\.store), left) }
    return rival.map { LaneRival(store: $0.store, lane: $0.lane) }
  }

  private func sound(_ before: [String], _ after: [LaneRegister.Member]) {
    guard let first = after.first, let rival = first.rival else { return alarms.end(Self.cause) }
    // One that comes to them is news, even where the alarm was acknowledged.
    if after.contains(where: { !before.contains($0.store) }) { alarms.end(Self.cause, isLogged: false) }
    let others = after.count > 2 ? "; \(after.count) stores overlap in all" : ""
    alarms.raise(
      Self.cause,
      "the store \(first.store) of \(first.peer) mints in lane \(first.lane), which overlaps with lane \(rival.lane) of the "
        + "store \(rival.store): both may give one number to two contents\(others)",
      advice: "start one of them with a --lane that no other node of its level has; 'headwater status' there shows "
        + "its store")
  }
}
