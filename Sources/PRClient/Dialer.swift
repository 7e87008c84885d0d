// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOPosix
import PRFederation
import PRTLS
import PRWire

/// How to reach a server, and what to say first.
package struct Dialer: Sendable {
  package let server: Endpoint
  /// From the first packet to the server's greeting.
  package var timeout: Duration
  /// How much of a reply is believed.
  package var limits: WireLimits
  /// The server is asked what it is. BitBake's own says nothing, and costs no more.
  package var asksForDescription: Bool
  /// What a node says of itself to its upstream; nil for a client that is no node. Servers without this header ignore it.
  package var introduction: PeerDescription?
  /// What is shown to a server of TLS, and whom to believe. Needed for an address of TLS.
  package var tls: TLSContext?
  /// The name that the server's certificate must be for, where it is not the address's host.
  package var tlsName: String?
  /// The members of a federation of which the server's certificate must name one; nil where it need not.
  package var acceptedMembers: Set<MemberURI>?
  /// Gets the connection when a server has shown the certificate of a member.
  package var memberConnections: MemberConnections?
  package var transport = Transport.sockets

  package init(
    _ server: Endpoint, timeout: Duration = .seconds(30), limits: WireLimits = WireLimits(),
    asksForDescription: Bool = false, tls: TLSContext? = nil, tlsName: String? = nil
  ) {
    self.tls = tls
    self.tlsName = tlsName
    self.server = server
    self.timeout = timeout
    self.limits = limits
    self.asksForDescription = asksForDescription
  }

  /// A connection over which questions can be put.
  package struct Line: Sendable {
    /// Takes ``ClientHandler/Question``.
    package let channel: any Channel
    /// Empty where the server was not asked, or said nothing.
    package let description: PeerDescription
    private let handler: NIOLoopBound<ClientHandler>?

    init(_ channel: any Channel, _ description: PeerDescription) {
      self.channel = channel
      self.description = description
      // Without it the connection has ended already.
      handler = (try? channel.pipeline.syncOperations.handler(type: ClientHandler.self))
        .map { NIOLoopBound($0, eventLoop: channel.eventLoop) }
    }

    /// What ended the connection: it may have been this side. To be asked on its event loop.
    package var failure: ClientError? { handler?.value.failure }
  }

  /// Connects and greets.
  ///
  /// - Returns: a future that fails with a ``ClientError``.
  package func dial(on loop: any EventLoop) -> EventLoopFuture<Line> { dial(on: loop, loop.makePromise()) }

  /// - Parameter greeted: to fail it ends the attempt.
  func dial(on loop: any EventLoop, _ greeted: EventLoopPromise<PeerDescription>) -> EventLoopFuture<Line> {
    let (server, timeout) = (server, timeout)
    let clock = loop.scheduleTask(in: TimeAmount(timeout)) { greeted.fail(ClientError.timedOut(server, timeout)) }
    let connected = connect(on: loop, greeted)
    connected.whenFailure { greeted.fail(ClientError.unreachable(server, Self.reason(of: $0))) }
    let line = greeted.futureResult.and(connected).map { Line($1, $0) }
    line.whenComplete { outcome in
      clock.cancel()
      guard case .failure = outcome else { return }
      connected.whenSuccess { $0.close(promise: nil) }
    }
    return line
  }

  private func connect(
    on loop: any EventLoop, _ greeted: EventLoopPromise<PeerDescription>
  ) -> EventLoopFuture<any Channel> {
    let dialer = self
    return transport.connect(server, loop, timeout) { channel in
      channel.eventLoop.makeCompletedFuture { try dialer.addHandlers(to: channel, greeted) }
    }
  }

  private func addHandlers(to channel: any Channel, _ greeted: EventLoopPromise<PeerDescription>) throws {
    let handlers = channel.pipeline.syncOperations
    if case .tls(let host, _) = server {
      guard let tls else { throw ClientError.noTLS(server) }
      try handlers.addHandler(TLSHandler.client(tls, expecting: tlsName ?? host, acceptedMembers: acceptedMembers))
    }
    try handlers.addHandler(ClientHandler(self, greeted: greeted))
  }

  static func reason(of error: any Error) -> String {
    switch error {
    case let error as ClientError: error.description
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { reason(of: $0.error) } ?? "the host name has no address"
    case let error as IOError where error.errnoCode == ECONNREFUSED:
      "connection refused; is the server running, and is this its address?"
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case is ChannelError: "no answer in time"
    default: "\(error)"
    }
  }
}
