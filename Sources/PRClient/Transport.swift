// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOPosix
import PRWire

/// How a channel to an address is made. It is passed in, so that a test connects programs that share no network.
package struct Transport: Sendable {
  package typealias Initializer = @Sendable (any Channel) -> EventLoopFuture<Void>

  /// Connects on a loop within some time, with the handlers that the last parameter adds.
  package let connect:
    @Sendable (Endpoint, any EventLoop, _ timeout: Duration, @escaping Initializer) -> EventLoopFuture<any Channel>

  package init(
    connect:
      @escaping @Sendable (
        Endpoint, any EventLoop, _ timeout: Duration, @escaping Initializer
      ) -> EventLoopFuture<any Channel>
  ) {
    self.connect = connect
  }

  /// The machine's own.
  package static let sockets = Transport { server, loop, timeout, initialize in
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(TimeAmount(timeout))
      .channelInitializer { initialize($0) }
    switch server {
    case .tcp(let host, let port), .tls(let host, let port):
      return bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelOption(.socketOption(.so_keepalive), value: 1)
        .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: Int(clamping: KeepAlive.idle))
        .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: Int(clamping: KeepAlive.interval))
        .channelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: Int(clamping: KeepAlive.probes))
        .connect(host: host, port: port)
    case .unix(let path): return bootstrap.connect(unixDomainSocketPath: path)
    }
  }
}
