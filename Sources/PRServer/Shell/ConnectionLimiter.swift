// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Stands in front of a listener: while it has no place it accepts no connection, and those that come wait in the
/// operating system's queue instead of being refused.
final class ConnectionLimiter: ChannelOutboundHandler {
  typealias OutboundIn = Channel

  private let sessions: SessionRegistry
  private let listener: Int
  private var context: ChannelHandlerContext?
  private var isReadWanted = false
  private var state = State.waiting

  private enum State {
    /// Nothing is accepted yet: → `open`, `shut`.
    case waiting
    case open
    /// Nothing is accepted any more.
    case shut
  }

  /// What a limiter is asked.
  enum Order: Sendable { case open, shut }

  /// - Parameter listener: which of the server's it stands in front of.
  init(_ sessions: SessionRegistry, listener: Int) {
    self.sessions = sessions
    self.listener = listener
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let gate = NIOLoopBound(self, eventLoop: context.eventLoop)
    let loop = context.eventLoop
    sessions.whenFreed { loop.execute { gate.value.goOn() } }
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func read(context: ChannelHandlerContext) {
    isReadWanted = true
    goOn()
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    switch event as? Order {
    case .open where state == .waiting:
      state = .open
      goOn()
      promise?.succeed()
    case .open: promise?.succeed()
    case .shut:
      state = .shut
      // The read that was begun is taken back, too.
      promise?.completeWith(context.channel.setOption(.autoRead, value: false))
    case nil: context.triggerUserOutboundEvent(event, promise: promise)
    }
  }

  private func goOn() {
    guard isReadWanted, state == .open, sessions.hasRoom(on: listener) else { return }
    isReadWanted = false
    context?.read()
  }
}
