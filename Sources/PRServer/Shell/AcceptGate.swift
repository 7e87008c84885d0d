// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Stands in front of a listener: while all connections are taken it accepts none, and those who knock wait in the
/// operating system's queue instead of being turned away.
final class AcceptGate: ChannelOutboundHandler {
  typealias OutboundIn = Channel

  private let sessions: SessionRegistry
  private var context: ChannelHandlerContext?
  private var isReadWanted = false

  init(_ sessions: SessionRegistry) { self.sessions = sessions }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let gate = NIOLoopBound(self, eventLoop: context.eventLoop)
    let loop = context.eventLoop
    sessions.whenFreed { loop.execute { gate.value.reopen() } }
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func read(context: ChannelHandlerContext) {
    if sessions.isFull { isReadWanted = true } else { context.read() }
  }

  private func reopen() {
    guard isReadWanted, !sessions.isFull else { return }
    isReadWanted = false
    context?.read()
  }
}
