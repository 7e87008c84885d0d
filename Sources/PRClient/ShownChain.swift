// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import PRTLS
import PRWire

extension Dialer {
  /// The certificates that a server of TLS shows. Nothing is sent to it, and nothing of it is believed.
  ///
  /// - Returns: as DER, the server's own first.
  package static func chain(
    shownAt server: Endpoint, within timeout: Duration,
    on group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup
  ) async throws(ClientError) -> [[UInt8]] {
    guard case .tls(let host, _) = server else { throw .noTLS(server) }
    let loop = group.next()
    let shown = loop.makePromise(of: [[UInt8]].self)
    let clock = loop.scheduleTask(in: TimeAmount(timeout)) { shown.fail(ClientError.timedOut(server, timeout)) }
    let connected = Transport.sockets.connect(server, loop, timeout) { channel in
      channel.eventLoop.makeCompletedFuture {
        let context = try TLSContext.looking()
        try channel.pipeline.syncOperations.addHandler(TLSHandler.client(context, expecting: host))
        try channel.pipeline.syncOperations.addHandler(ChainReader(server, shown))
      }
    }
    connected.whenFailure { shown.fail(ClientError.unreachable(server, reason(of: $0))) }
    let outcome: Result<[[UInt8]], any Error>
    do {
      outcome = .success(try await shown.futureResult.get())
    } catch {
      outcome = .failure(error)
    }
    clock.cancel()
    connected.whenSuccess { $0.close(promise: nil) }
    do {
      return try outcome.get()
    } catch {
      throw error as? ClientError ?? .unreachable(server, reason(of: error))
    }
  }
}

/// Waits for the end of the handshake.
private final class ChainReader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let server: Endpoint
  private let shown: EventLoopPromise<[[UInt8]]>

  init(_ server: Endpoint, _ shown: EventLoopPromise<[[UInt8]]>) {
    self.server = server
    self.shown = shown
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let done = event as? TLSHandshakeDone { shown.succeed(done.chain) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    shown.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    shown.fail(ClientError.disconnected(server))
    context.fireChannelInactive()
  }
}
