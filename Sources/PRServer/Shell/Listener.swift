// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import PRTLS
import PRWire

/// Accepts the connections of one binding.
struct Listener {
  private let channel: any Channel

  /// Gets ready to accept, and waits for `begin`.
  ///
  /// - Parameters:
  ///   - number: which of the server's listeners it is.
  ///   - tls: for a binding of TLS.
  static func open(
    _ binding: ListenerBinding, number: Int, tls: TLSContext?, desks: EventLoopContexts, sessions: SessionRegistry,
    loops: MultiThreadedEventLoopGroup
  ) async throws -> Listener {
    let (address, socket) = (binding.address, binding.socket)
    let tls = address.isTLS ? tls : nil
    var bootstrap = ServerBootstrap(group: loops)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ConnectionLimiter(sessions, listener: number))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      // One read of a connection for each turn of the loop, of a bounded size: a client that asks for many known tuples
      // at once takes turns with the others.
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: 32 << 10)
      )
      .childChannelInitializer { channel in
        let isTaken = sessions.add(channel, on: number)
        return channel.eventLoop.makeCompletedFuture {
          try desks[channel.eventLoop].addSession(to: channel, isTaken: isTaken, listener: address, tls: tls)
        }
      }
    if case .unix = address {} else { bootstrap = bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1) }
    let channel = try await bootstrap.withBoundSocket(socket.descriptorToOwn()).get()
    socket.lengthenQueue()
    return Listener(channel: channel)
  }

  func begin() async throws { try await channel.triggerUserOutboundEvent(ConnectionLimiter.Order.open).get() }

  /// Accepts no more. When it returns, all that was accepted is a session.
  func close(_ loops: MultiThreadedEventLoopGroup) async {
    try? await channel.triggerUserOutboundEvent(ConnectionLimiter.Order.shut).get()
    // NIO drops those that are still on their way between the loops when a listener closes: to their loop, and back.
    for loop in loops.makeIterator() { try? await loop.submit {}.get() }
    try? await channel.eventLoop.submit {}.get()
    try? await channel.close()
  }
}
