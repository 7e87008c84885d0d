// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRCertificates
import Synchronization

/// All connections of a server: how many there are on which listener, and which to end when the server stops.
final class SessionRegistry: Sendable {
  private let state: Mutex<State>

  private struct State {
    var channels: [ObjectIdentifier: (number: Int, channel: any Channel)] = [:]
    var places: ConnectionPlaces
    var freed: [@Sendable () -> Void] = []
    /// A listener waits for a place.
    var isAwaited = false
    var emptied: EventLoopPromise<Void>?
    var isDraining = false
    var accepted = 0
    var refused = 0

    /// The connections in the order in which they were accepted, so that a simulation is the same each time.
    var inOrder: [any Channel] { channels.values.sorted { $0.number < $1.number }.map(\.channel) }
  }

  init(_ options: ServerOptions, listeners: Int) {
    state = Mutex(
      State(
        places: ConnectionPlaces(
          limit: options.connections, perAddress: options.connectionsPerAddress, listeners: listeners)))
  }

  /// Whether a listener may accept another connection. When it may not, it is called back once one has ended.
  func hasRoom(on listener: Int) -> Bool {
    state.withLock { state in
      let hasRoom = state.places.hasRoom(on: listener)
      if !hasRoom { state.isAwaited = true }
      return hasRoom
    }
  }

  var count: Int { state.withLock { $0.channels.count } }
  /// Connections that are open, those that were ever accepted, and those that were refused for their address.
  var counts: (open: Int, accepted: Int, refused: Int) {
    state.withLock { ($0.channels.count, $0.accepted, $0.refused) }
  }

  /// Calls `body` when a connection has ended and a listener waits for a place.
  func whenFreed(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.freed.append(body) } }

  /// Takes a connection that a listener has accepted.
  ///
  /// - Returns: false when its address has too many, and it is to be closed.
  func add(_ channel: any Channel, on listener: Int) -> Bool {
    let address = channel.remoteAddress?.quotaKey
    let (isTaken, isDraining) = state.withLock { state in
      guard state.places.add(on: listener, from: address) else {
        state.refused += 1
        return (false, false)
      }
      state.channels[ObjectIdentifier(channel)] = (state.accepted, channel)
      state.accepted += 1
      return (true, state.isDraining)
    }
    guard isTaken else { return false }
    channel.closeFuture.whenComplete { _ in self.remove(channel, on: listener, from: address) }
    if isDraining { channel.pipeline.fireUserInboundEventTriggered(DrainEvent()) }
    return true
  }

  private func remove(_ channel: any Channel, on listener: Int, from address: String?) {
    let (freed, emptied) = state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = nil
      state.places.remove(on: listener, from: address)
      defer { state.isAwaited = false }
      return (state.isAwaited ? state.freed : [], state.channels.isEmpty ? state.emptied : nil)
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
      // Sessions that wait for a place wait no more.
      state.freed = []
      state.emptied = emptied
      return state.inOrder
    }
    if channels.isEmpty { emptied.succeed() }
    for channel in channels { channel.pipeline.fireUserInboundEventTriggered(DrainEvent()) }
  }

  /// Tells every session which certificates are good no more.
  func revoke(_ serials: Set<SerialNumber>) {
    for channel in state.withLock(\.inOrder) {
      channel.pipeline.fireUserInboundEventTriggered(RevocationEvent(serials: serials))
    }
  }

  /// Ends every session that is left.
  func closeAll() {
    for channel in state.withLock(\.inOrder) { channel.close(promise: nil) }
  }
}
