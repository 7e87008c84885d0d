// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// All connections of a server: how many there are, and whom to tell when it stops.
final class SessionRegistry: Sendable {
  private let limit: Int
  private let state = Mutex(State())

  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var freed: [@Sendable () -> Void] = []
    var emptied: EventLoopPromise<Void>?
    var isDraining = false
    var accepted = 0
  }

  init(limit: Int) { self.limit = limit }

  var isFull: Bool { state.withLock { $0.channels.count >= limit } }
  var count: Int { state.withLock { $0.channels.count } }
  /// How many are open, and how many there ever were.
  var counts: (open: Int, accepted: Int) { state.withLock { ($0.channels.count, $0.accepted) } }

  /// Calls `body` each time a connection of a full server ends.
  func whenFreed(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.freed.append(body) } }

  func add(_ channel: any Channel) {
    let isDraining = state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = channel
      state.accepted += 1
      return state.isDraining
    }
    channel.closeFuture.whenComplete { _ in self.remove(channel) }
    if isDraining { channel.pipeline.fireUserInboundEventTriggered(DrainEvent()) }
  }

  private func remove(_ channel: any Channel) {
    let (freed, emptied) = state.withLock { state in
      let wasFull = state.channels.count >= limit
      state.channels[ObjectIdentifier(channel)] = nil
      return (wasFull ? state.freed : [], state.channels.isEmpty ? state.emptied : nil)
    }
    for body in freed { body() }
    emptied?.succeed()
  }

  /// Tells every session to finish.
  ///
  /// - Parameter emptied: succeeds when the last one is gone.
  func drain(emptied: EventLoopPromise<Void>) {
    let channels = state.withLock { state in
      state.isDraining = true
      // Those who wait for a place wait no more.
      state.freed = []
      state.emptied = emptied
      return Array(state.channels.values)
    }
    if channels.isEmpty { emptied.succeed() }
    for channel in channels { channel.pipeline.fireUserInboundEventTriggered(DrainEvent()) }
  }

  /// Ends every session that is left.
  func closeAll() {
    for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
  }
}
