// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRStore
import Synchronization

/// The connections of a status page, with their deadlines.
final class Visits: Sendable {
  private let state: Mutex<State>

  private struct State {
    var places: Places<ObjectIdentifier>
    var visits: [ObjectIdentifier: Visit] = [:]
  }

  private struct Visit {
    let channel: any Channel
    /// What its searches are read for.
    let client = ReadClient()
    var deadline: Scheduled<Void>?
  }

  /// From the connection, or from the answer before, to the end of the next request's head. It does not begin anew with
  /// each byte.
  private static let timeout = TimeAmount.seconds(10)
  private static let spare = 16

  init(limit: Int) { state = Mutex(State(places: Places(limit: limit, spare: Self.spare))) }

  /// Takes a connection. Another one may be closed for it, or the connection itself.
  func arrive(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    let unwanted = state.withLock { state in
      state.visits[id] = Visit(channel: channel, deadline: Self.deadline(of: channel))
      return state.places.arrive(id).flatMap { state.visits[$0]?.channel }
    }
    channel.closeFuture.whenComplete { _ in self.leave(id) }
    // Not before the new connection is set up: it may be the one.
    if let unwanted { unwanted.eventLoop.execute { unwanted.close(promise: nil) } }
  }

  /// A request is about to be answered.
  ///
  /// - Returns: whether there is room for more than a health check, and what its searches are read for.
  func begin(_ channel: any Channel) -> (hasPlace: Bool, client: ReadClient) {
    let id = ObjectIdentifier(channel)
    return state.withLock { state in
      state.visits[id]?.deadline?.cancel()
      state.visits[id]?.deadline = nil
      return (state.places.begin(id), state.visits[id]?.client ?? ReadClient())
    }
  }

  /// The answer was written.
  func end(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    state.withLock { state in
      state.places.end(id)
      state.visits[id]?.deadline = Self.deadline(of: channel)
    }
  }

  /// The client sends nothing any more: it has gone, or waits for one last answer. No search is worth that.
  func inputEnded(_ channel: any Channel) {
    state.withLock { $0.visits[ObjectIdentifier(channel)]?.client }?.leave()
  }

  private func leave(_ id: ObjectIdentifier) {
    let visit = state.withLock { state in
      state.places.leave(id)
      return state.visits.removeValue(forKey: id)
    }
    visit?.deadline?.cancel()
    visit?.client.leave()
  }

  private static func deadline(of channel: any Channel) -> Scheduled<Void> {
    channel.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
  }
}

/// Ends a connection that takes no bytes for too long, and notices when a client sends no more.
final class VisitHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let visits: Visits
  private var deadline: Scheduled<Void>?

  private static let timeout = TimeAmount.seconds(10)

  init(_ visits: Visits) { self.visits = visits }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    deadline?.cancel()
    deadline = nil
    if !context.channel.isWritable {
      let channel = context.channel
      deadline = context.eventLoop.scheduleTask(in: Self.timeout) { channel.close(promise: nil) }
    }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event as? ChannelEvent == .inputClosed { visits.inputEnded(context.channel) }
    context.fireUserInboundEventTriggered(event)
  }
}
