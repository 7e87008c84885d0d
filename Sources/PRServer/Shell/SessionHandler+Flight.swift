// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// What a session holds, and how it waits while all sessions together hold too much.
extension SessionHandler {
  /// Tells the ledger what this connection holds now.
  func settle() {
    // A write can make the channel writable again while lines are taken; it is counted behind them.
    guard context != nil, !isTakingLines else { return }
    let more = flight.settle(framer.pendingBytes + assembler.pendingBytes + replies.bytes + out.readableBytes)
    if more != 0 { desk.flight.add(more) }
    if isReadWanted, desk.flight.isCrowded { awaitRoom() }
  }

  /// Goes on once others hold less.
  func awaitRoom() {
    guard !isAwaitingRoom, let context else { return }
    isAwaitingRoom = true
    let (session, loop) = (bound(context), context.eventLoop)
    desk.flight.whenThereIsRoom { loop.execute { session.value.goOnWithRoom() } }
  }

  private func goOnWithRoom() {
    isAwaitingRoom = false
    guard context != nil else { return }
    poll?.beginWithRoom()
    proceed()
  }

  /// What the socket has not taken counts until it has.
  func lookAtUnsent(_ context: ChannelHandlerContext) {
    let unsent = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    guard flight.found(unsent: unsent) else { return }
    let (session, loop) = (bound(context), context.eventLoop)
    // An empty write is done when all before it has left.
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
      loop.execute {
        session.value.flight.sent()
        session.value.settle()
      }
    }
  }
}
